export interface Value { readonly id: number }
export interface Graph { readonly todo?: never }
