/**
 * Whether the machines of this runtime have what a job demands. Entry: {@link
 * io.mirrorneuron.runtime.admission.Admission}. What a job may use is not decided here, nor is
 * anything given to it.
 */
package io.mirrorneuron.runtime.admission;
