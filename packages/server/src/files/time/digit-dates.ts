/** Dates written as one number. */
export interface DigitDate {
  readonly digits: number;
  readonly how: string;
}

const FORMS: readonly DigitDate[] = [
  { digits: 8, how: "dates as one number (20260131)" },
  { digits: 10, how: "dates and hours as one number (2026013113)" },
  { digits: 12, how: "dates and minutes as one number (202601311305)" },
  { digits: 14, how: "dates and seconds as one number (20260131130559)" },
];
/** Ten digits are epoch seconds as well: so many different ones must all be dates. */
const TEN_DIGITS_MIN = 3;

/** The form that all texts have; undefined where they are no such dates. */
export function digitDatesOf(texts: readonly string[]): DigitDate | undefined {
  const bare = texts.map((text) => text.trim()).filter((text) => text !== "");
  const form = FORMS.find(({ digits }) => digits === bare[0]?.length);
  if (form === undefined) return undefined;
  if (bare.some((text) => Number.isNaN(digitDateOf(text, form.digits)))) return undefined;
  if (form.digits === 10 && new Set(bare).size < TEN_DIGITS_MIN) return undefined;
  return form;
}

/** Milliseconds as if it were UTC; NaN where it is no date from 1900 to 2199 of so many digits. */
export function digitDateOf(text: string, digits: number): number {
  if (text.length !== digits || !/^(?:19|20|21)\d+$/.test(text)) return Number.NaN;
  const part = (from: number, length: number) => Number(text.slice(from, from + length) || "0");
  const day = part(6, 2);
  const midnight = Date.UTC(part(0, 4), part(4, 2) - 1, day);
  const date = new Date(midnight);
  if (date.getUTCMonth() !== part(4, 2) - 1 || date.getUTCDate() !== day || day === 0) {
    return Number.NaN;
  }
  const [hours, minutes, seconds] = [part(8, 2), part(10, 2), part(12, 2)];
  if (hours > 23 || minutes > 59 || seconds > 60) return Number.NaN;
  return midnight + ((hours * 60 + minutes) * 60 + seconds) * 1000;
}
