/**
 * How nodes become one cluster and stop being it. Start with {@link
 * io.mirrorneuron.port.join.NodeMembers}. Knows the model only.
 */
package io.mirrorneuron.port.join;
