/** How far the runs of jobs are written, as Redis notes it. */
package io.mirrorneuron.store.mark;
