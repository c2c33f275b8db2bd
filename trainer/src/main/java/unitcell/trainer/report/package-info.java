/**
 * Building blocks of a report that is one self-contained HTML file: text, tables with units, charts and pictures of
 * crystals drawn as SVG by own code. Nothing here knows a tensor, and nothing is loaded from elsewhere when it is read.
 */
package unitcell.trainer.report;
