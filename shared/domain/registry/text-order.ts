/** The order of texts everywhere in the registry: by their characters' numbers, on every machine and in every language. */
export const byText = (a: string, b: string): number => Number(a > b) - Number(a < b);
