/**
 * The records of all line files of a run in one permanent order. Entry point: {@link RunJournal}.
 * Uses {@code run.folder}.
 */
package io.mirrorneuron.run.journal;
