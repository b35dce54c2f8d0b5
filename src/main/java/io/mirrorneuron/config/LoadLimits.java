package io.mirrorneuron.config;

/**
 * How busy a node may be and still take new work; shares of 1, except of processors.
 *
 * @param isAsked whether that is looked at at all
 * @param cpu runnable tasks by processor; above it new jobs wait
 * @param waiting how many jobs may wait for that; more are refused
 * @param openFiles of those that this process, or all of them, may have open
 */
public record LoadLimits(
    boolean isAsked, double cpu, int waiting, double memory, double gpu, double openFiles) {

  static LoadLimits read(Settings settings) {
    return new LoadLimits(
        settings.flag("resource.admission_enabled"),
        ratio(settings, "max_cpu_load_ratio", 1_000_000),
        (int) settings.number("max_jobs_waiting_for_load", 0, 1_000_000),
        ratio(settings, "max_memory_ratio", 1),
        ratio(settings, "max_gpu_memory_ratio", 1),
        ratio(settings, "max_open_files_ratio", 1));
  }

  private static double ratio(Settings settings, String key, double most) {
    double ratio;
    try {
      ratio = Double.parseDouble(settings.text(key));
    } catch (NumberFormatException e) {
      ratio = -1;
    }
    settings.requireText(
        key, ratio > 0 && ratio <= most, "a number above 0, and at most " + (long) most);
    return ratio;
  }
}
