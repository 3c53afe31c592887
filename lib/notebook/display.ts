/** What Jupyter asks a value for; it shows the richest of the forms that it knows. */
export const display: unique symbol = Symbol.for("Jupyter.display");

/** The forms of a value, by media type. */
export type Displayed = { readonly [mediaType: string]: string };
