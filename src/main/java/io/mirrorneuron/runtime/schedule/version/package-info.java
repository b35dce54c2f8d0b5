/**
 * Versions of the bundle of a schedule, and the schedule that a name stands for. Entry: {@code
 * BundleVersions}.
 */
package io.mirrorneuron.runtime.schedule.version;
