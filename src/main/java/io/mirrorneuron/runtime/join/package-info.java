/**
 * How this node joins the cluster of another one ({@link
 * io.mirrorneuron.runtime.join.ClusterJoin}), and has others join its own ({@link
 * io.mirrorneuron.runtime.join.LocalMembers}).
 */
package io.mirrorneuron.runtime.join;
