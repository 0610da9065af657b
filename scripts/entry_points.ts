/**
 * Prints the file of each entry point of the package, one a line.
 *
 * @module
 */
import config from "../deno.json" with { type: "json" };

for (const path of Object.values(config.exports)) console.log(path);
