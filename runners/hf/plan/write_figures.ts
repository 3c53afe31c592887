/**
 * Figures as sentences give them.
 *
 * @module
 */

/** A number with three digits that count, as in `3.21e9` parameters or `0.82e6` tokens. */
export function power(value: number): string {
  if (value === 0) return "0";
  if (Math.abs(value) < 10_000) return short(value);
  const exponent = Math.floor(Math.log10(Math.abs(value)) / 3) * 3;
  return `${short(value / 10 ** exponent)}e${exponent}`;
}

/** A number with three digits that count, and commas between thousands. */
export function short(value: number): string {
  if (Math.abs(value) >= 100) return Math.round(value).toLocaleString("en-US");
  return String(Number(value.toPrecision(3)));
}

/** Bytes as GB (1e9), one digit after the point. */
export function gigabytes(bytes: number): string {
  return `${(bytes / 1e9).toFixed(1)} GB`;
}

/** US dollars with cents; with four digits where there are only a few. */
export function dollars(value: number): string {
  const digits = value > 0 && value < 0.1 ? 4 : 2;
  return `$${
    value.toLocaleString("en-US", { minimumFractionDigits: digits, maximumFractionDigits: digits })
  }`;
}

/** USD without digits that mean nothing. */
export function roundedDollars(value: number): number {
  return Number(value.toFixed(4));
}

/** Bytes a token. */
export function bytesText(bytes: number): string {
  return bytes < 1000 ? `${short(bytes)} B` : `${short(bytes / 1000)} kB`;
}

/** Hours, as minutes or seconds where there is less than one. */
export function hoursText(hours: number): string {
  if (hours * 60 < 1) return `${short(hours * 3600)} s`;
  return hours < 1 ? `${short(hours * 60)} min` : `${hours.toFixed(1)} h`;
}

/** Seconds of a time-out in hours and minutes. */
export function timeoutText(seconds: number): string {
  const minutes = Math.round(seconds / 60);
  const [hours, rest] = [Math.floor(minutes / 60), minutes % 60];
  return hours === 0 ? `${rest} min` : rest === 0 ? `${hours} h` : `${hours} h ${rest} min`;
}
