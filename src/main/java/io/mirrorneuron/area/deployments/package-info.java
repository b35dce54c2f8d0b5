/** The area {@code deployments}: new versions of what runs. */
package io.mirrorneuron.area.deployments;
