/**
 * The records of all line files of a run in one order that never changes again. Entry: {@link
 * RunJournal}. Uses {@code run.folder}.
 */
package io.mirrorneuron.run.journal;
