/** Of this package, which is that of the server whose contract it was made of. */
export const VERSION = "0.0.0";
