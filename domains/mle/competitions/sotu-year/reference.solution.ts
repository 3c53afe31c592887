import { readCsv, ridge, tfidf } from "mlkit";

/** Ridge regression on the commonest words and pairs of words. */
export default function solve({ train, test }: { train: string; test: string }): number[] {
  const known = readCsv(train);
  const words = tfidf({ ngrams: [1, 2], minCount: 2, sublinear: true, maxFeatures: 2000 }).fit(
    known.texts("text"),
  );
  const model = ridge({ alpha: 0.5 }).fit(words.transform(known.texts("text")), known.numbers("year"));
  return Array.from(model.predict(words.transform(readCsv(test).texts("text"))));
}
