import { column, features, knnClassifier, readCsv } from "mlkit";

/** The share of faults among the nearest readings, near ones counting more. */
export default function solve({ train, test }: { train: string; test: string }): number[] {
  const known = readCsv(train);
  const X = features(known, readCsv(test));
  const model = knnClassifier({ k: 30, weights: "distance" }).fit(X.train, known.texts("label"));
  return Array.from(column(model.probabilities(X.test), model.classes.indexOf("1")));
}
