/**
 * What steps ask people: {@link AskedQuestions} are those of one job, stored with it; how each
 * stands follows from its records, as it does for the questions of programs. Pure.
 */
package io.mirrorneuron.runtime.state.questions;
