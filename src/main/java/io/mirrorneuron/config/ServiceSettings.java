package io.mirrorneuron.config;

import java.util.List;

/**
 * What this server may ask of others: by checks of services, and by webhooks.
 *
 * @param allowScripts whether a manifest may name programs that check its services
 * @param checkAddresses addresses, or ranges of them, that checks may ask although they are of a
 *     kind that they else may not
 * @param webhookAddresses the same for webhooks
 * @param webhookQueue what waits for a target of webhooks at most
 */
public record ServiceSettings(
    boolean allowScripts,
    List<String> checkAddresses,
    List<String> webhookAddresses,
    WebhookQueue webhookQueue) {
  private static final String SCRIPTS = "core.allow_script_checks";
  private static final String ADDRESSES = "services.check_addresses";
  private static final String WEBHOOKS = "webhooks.addresses";
  private static final String RANGE = "[0-9.]+(/\\d{1,2})?|[0-9A-Fa-f:.]+(/\\d{1,3})?";

  /**
   * @param deliveries of one target that wait
   * @param bytes of their bodies
   */
  public record WebhookQueue(int deliveries, long bytes) {
    static WebhookQueue read(Settings settings) {
      return new WebhookQueue(
          (int) settings.number("webhooks.max_waiting", 100, 100_000),
          settings.number("webhooks.max_waiting_bytes", 1 << 20, 256 << 20));
    }
  }

  public ServiceSettings {
    checkAddresses = List.copyOf(checkAddresses);
    webhookAddresses = List.copyOf(webhookAddresses);
  }

  static ServiceSettings read(Settings settings) {
    return new ServiceSettings(
        settings.flag(SCRIPTS),
        ranges(settings, ADDRESSES),
        ranges(settings, WEBHOOKS),
        WebhookQueue.read(settings));
  }

  private static List<String> ranges(Settings settings, String key) {
    List<String> ranges = settings.list(key);
    settings.requireText(
        key,
        ranges.stream().allMatch(range -> range.matches(RANGE)),
        "a list of addresses or ranges such as 169.254.10.0/24");
    return ranges;
  }
}
