/** The product's name, as users read it. The only place TypeScript spells it. */
export const PRODUCT = 'Headrace'
