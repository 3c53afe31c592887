import { fromColumns, type Matrix, readCsv, ridge, type Table } from "mlkit";

/** A parabola and two waves a year, fitted to the last fifteen years. */
export default function solve({ train, test }: { train: string; test: string }): number[] {
  const known = readCsv(train);
  const years = yearsOf(known);
  const recent = Array.from(years.keys()).filter((row) => (years[row] ?? 0) >= (years.at(-1) ?? 0) - 15);
  const fitted = known.select(recent);
  const model = ridge({ alpha: 1e-6 }).fit(terms(fitted), fitted.numbers("co2"));
  return Array.from(model.predict(terms(readCsv(test))));
}

/** Years since the start of 2000. */
function yearsOf(table: Table): number[] {
  return table.texts("date").map((date) => (Date.parse(date) - Date.UTC(2000, 0, 1)) / (365.25 * 86_400_000));
}

function terms(table: Table): Matrix {
  const years = yearsOf(table);
  const waves = [1, 2].flatMap((turns) =>
    [Math.sin, Math.cos].map((wave) => years.map((year) => wave(2 * Math.PI * turns * year)))
  );
  return fromColumns([years, years.map((year) => year ** 2), ...waves]);
}
