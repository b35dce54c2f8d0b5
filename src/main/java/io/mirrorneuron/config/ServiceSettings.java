package io.mirrorneuron.config;

import java.util.List;

/**
 * What this server may ask of others: by checks of services, and by webhooks.
 *
 * @param allowScripts whether a manifest may name programs that check its services
 * @param checks where checks may go
 * @param webhooks where webhooks may go
 * @param webhookQueue what waits for a target of webhooks at most
 */
public record ServiceSettings(
    boolean allowScripts, Reach checks, Reach webhooks, WebhookQueue webhookQueue) {
  private static final String SCRIPTS = "core.allow_script_checks";

  /**
   * Where this server connects to when others say so, beside addresses of the Internet.
   *
   * @param addresses and ranges of them, that may be asked although they are of a kind that else
   *     may not
   * @param privateNetworks whether machines of private networks may be asked
   */
  public record Reach(List<String> addresses, boolean privateNetworks) {
    public Reach {
      addresses = List.copyOf(addresses);
    }

    static Reach read(Settings settings, String addresses, String privateNetworks) {
      List<String> ranges = settings.list(addresses);
      settings.requireText(
          addresses,
          ranges.stream().allMatch(AddressRange::isRange),
          "a list of addresses or ranges such as 169.254.10.0/24");
      return new Reach(
          ranges.stream().filter(AddressRange::isRange).toList(), settings.flag(privateNetworks));
    }
  }

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

  static ServiceSettings read(Settings settings) {
    return new ServiceSettings(
        settings.flag(SCRIPTS),
        Reach.read(settings, "services.check_addresses", "services.check_private_networks"),
        Reach.read(settings, "webhooks.addresses", "webhooks.private_networks"),
        WebhookQueue.read(settings));
  }
}
