/** Where fetched data sets are kept, below the working directory. */
export const datasetFolder = ".cache/datasets";
