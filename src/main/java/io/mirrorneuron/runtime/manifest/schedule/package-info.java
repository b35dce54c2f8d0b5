/** Manifests of schedules: what they say of when, and what becomes of them in each job. */
package io.mirrorneuron.runtime.manifest.schedule;
