/**
 * Whether the machines of this runtime can meet a job's demands. Entry: {@link
 * io.mirrorneuron.runtime.admission.Admission}. Does not decide what a job is allowed to use, and
 * allocates nothing.
 */
package io.mirrorneuron.runtime.admission;
