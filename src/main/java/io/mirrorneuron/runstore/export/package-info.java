/**
 * A run as one file that can be checked years later, without a server. {@link
 * io.mirrorneuron.runstore.export.ExportZip} writes it, {@link
 * io.mirrorneuron.runstore.export.ExportCheck} says whether it is still what was written; {@link
 * io.mirrorneuron.runstore.export.Link} has the formula that both share. The format is described in
 * {@code docs/runs.md}.
 */
package io.mirrorneuron.runstore.export;
