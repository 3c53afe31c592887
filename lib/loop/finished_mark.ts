/** The file in a run's folder that says that the run is finished; it comes after everything else. */
export const finishedMark = "finished";
