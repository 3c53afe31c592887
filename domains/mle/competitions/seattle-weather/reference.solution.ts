import { boostingClassifier, fromColumns, type Matrix, readCsv, row, type Table } from "mlkit";

/** Boosted trees, whose probabilities are divided by a power of the class's share: rare classes count as much as others. */
export default function solve({ train, test }: { train: string; test: string }): string[] {
  const known = readCsv(train);
  const weather = known.texts("weather");
  const model = boostingClassifier({ trees: 80, rate: 0.05, leaves: 8, minLeaf: 8 }).fit(
    matrixOf(known),
    weather,
  );
  const shares = model.classes.map((name) =>
    weather.filter((value) => value === name).length / weather.length
  );
  const probabilities = model.probabilities(matrixOf(readCsv(test)));
  return Array.from({ length: probabilities.rows }, (_, at) => {
    const weighed = [...row(probabilities, at)].map((value, index) => value / (shares[index] ?? 1) ** 0.7);
    return model.classes[weighed.indexOf(Math.max(...weighed))] ?? "rain";
  });
}

function matrixOf(table: Table): Matrix {
  const [most, least] = [table.numbers("temp_max"), table.numbers("temp_min")];
  const days = table.texts("date").map((date) => (Date.parse(date) - Date.UTC(2012, 0, 1)) / 86_400_000);
  return fromColumns([
    table.numbers("precipitation"),
    most,
    least,
    table.numbers("wind"),
    most.map((value, at) => value - (least[at] ?? 0)),
    days.map((day) => day % 365.25),
    days,
  ]);
}
