/** Description of the node: identity, hardware, summary, resource report. */
package io.mirrorneuron.runtime.cluster;
