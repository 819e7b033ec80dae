/** How a matrix product divides into units: blocks of rows by panels of columns. */
export const ROW_BLOCK = 48;
export const PANEL = 32;

/** The width of panel q of a matrix of n columns: 32, or 16 for the last where that is enough. */
export const panelWidth = (n: number, q: number): number => Math.min(PANEL, ((n + 15) & ~15) - PANEL * q);
