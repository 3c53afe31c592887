/**
 * The models of the kit, and the matrices that they take. Every model is a recipe with options that all have defaults;
 * `fit` returns a fitted model. The same data and options give the same model, bit for bit.
 *
 * @module
 */
export * from "./boosting.ts";
export * from "./k_nearest.ts";
export * from "./logistic.ts";
export * from "./matrix.ts";
export * from "./mlp.ts";
export * from "./model.ts";
export * from "./ridge.ts";
export * from "./seeded_random.ts";
