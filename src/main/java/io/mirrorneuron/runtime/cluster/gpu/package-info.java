/**
 * The GPUs of this machine, as the tools of their vendors tell them. Entry: {@link
 * io.mirrorneuron.runtime.cluster.gpu.GpuTools}.
 */
package io.mirrorneuron.runtime.cluster.gpu;
