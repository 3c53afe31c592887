import assert from "node:assert/strict";
import fc from "fast-check";
import { drawnItems, resampledSums } from "../../../lib/metrics/resampled_means.ts";

Deno.test("resampledSums() gives to the last bit what a sum row by row gives", () => {
  const size = fc.integer({ min: 1, max: 10 });
  fc.assert(fc.property(size, size, size, fc.infiniteStream(fc.nat(3)), (rows, width, resamples, stream) => {
    const next = (): number => stream.next().value ?? 0;
    const values = Float64Array.from({ length: rows * width }, () => next() / 3 - 0.4);
    const rowCounts = Uint16Array.from({ length: rows * resamples }, next);
    const columnCounts = Uint16Array.from({ length: width * resamples }, next);
    const expected = Array.from({ length: resamples }, (_, resample) => {
      let sum = 0;
      for (let row = 0; row < rows; row++) {
        let within = 0;
        for (let column = 0; column < width; column++) {
          within += (columnCounts[resample * width + column] ?? 0) * (values[row * width + column] ?? NaN);
        }
        sum += (rowCounts[resample * rows + row] ?? 0) * within;
      }
      // Which zero it is does not matter.
      return sum + 0;
    });
    const found = resampledSums(values, drawnItems(rowCounts, rows), drawnItems(columnCounts, width), width);
    assert.deepEqual([...found].map((sum) => sum + 0), expected);
  }));
});
