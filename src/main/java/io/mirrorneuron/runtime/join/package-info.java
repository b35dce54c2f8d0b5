/**
 * How this node joins another cluster ({@link io.mirrorneuron.runtime.join.ClusterJoin}), and adds
 * nodes to its own ({@link io.mirrorneuron.runtime.join.LocalMembers}).
 */
package io.mirrorneuron.runtime.join;
