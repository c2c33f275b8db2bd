/**
 * Whole networks: EquiformerV2 with its configuration and heads, batches of crystal graphs, and the strict exchange of
 * weights under EquiformerV2's parameter names.
 */
package unitcell.net;
