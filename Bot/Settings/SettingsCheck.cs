namespace BillingCopilot.Bot.Settings;

/// <summary>Ranges and combinations that a type alone does not catch.</summary>
internal static class SettingsCheck
{
    public static void Throw(CopilotSettings settings)
    {
        Range("Tasks:LeaseSeconds", settings.Tasks.LeaseSeconds, 1, 600);
        Range("Tasks:DeadlineSeconds", settings.Tasks.DeadlineSeconds, 5, 3600);
        Range("Tasks:DrainSeconds", settings.Tasks.DrainSeconds, 0, 8);
        Range("Tasks:PollSeconds", settings.Tasks.PollSeconds, 1, 60);
        Range("Tasks:Workers", settings.Tasks.Workers, 1, 64);
        Range("Tasks:TokenBudget", settings.Tasks.TokenBudget, 1000, 10_000_000);
        Range("Tasks:MaxAttempts", settings.Tasks.MaxAttempts, 1, 20);
        Range("Audit:ContentDays", settings.Audit.ContentDays, 1, 3650);
        Range("Stripe:RequestsPerSecond", settings.Stripe.RequestsPerSecond ?? 1, 1, 1000);
        if (settings.Policy is { Profile: { } profile } && profile != "pilot")
        {
            throw new SettingsException($"Policy:Profile '{profile}' is unknown. There is: pilot.");
        }

        if (settings.Auth.RingKey is { } ring && !(Convert.TryFromBase64String(ring, new byte[ring.Length], out var length) && length == 32))
        {
            throw new SettingsException("Auth:RingKey must be 32 bytes in base64. Make one with: openssl rand -base64 32");
        }

        if (settings.Metrics.Token is { } token && !(token.Length == 64 && token.All(char.IsAsciiHexDigitLower)))
        {
            throw new SettingsException("Metrics:Token must be the SHA-256 of the token, as 64 lower-case hex digits. Make it with: printf %s TOKEN | sha256sum");
        }

        if (settings.Audit.KeyDatabase is not null && settings.Audit.KeyDatabase == settings.Database.ConnectionString)
        {
            throw new SettingsException("Audit:KeyDatabase is Database:ConnectionString. Give the subjects' keys a database of their own: a copy of the copilot's must not hold them.");
        }

        Range("Sandbox:Port", settings.Sandbox.Port, 0, 65535);
        Addresses(settings.Urls);
        Zone("TimeZone", settings.TimeZone);
        Keys("Stripe", settings.Stripe);
        Secrets(settings);
        foreach (var (id, tenant) in settings.Tenants)
        {
            Zone($"Tenants:{id}:TimeZone", tenant.TimeZone);
            Keys($"Tenants:{id}:Stripe", tenant.Stripe);
            if (id == "default" || tenant.Stripe.ReadKey is null)
            {
                throw new SettingsException(id == "default"
                    ? "Tenants:default is the tenant of the top-level settings. Choose another id."
                    : $"Tenants:{id}:Stripe:ReadKey is missing. Give the tenant's restricted read key.");
            }
        }
    }

    /// <summary>With an empty secret anybody could sign; with a shared one the first tenant would take what is another's.</summary>
    private static void Secrets(CopilotSettings settings)
    {
        var all = new[] { ("Stripe", settings.Stripe.WebhookSecrets), ("Helpdesk", settings.Helpdesk.WebhookSecrets) }
            .Concat(settings.Tenants.SelectMany(t => new[] { ($"Tenants:{t.Key}:Stripe", t.Value.Stripe.WebhookSecrets), ($"Tenants:{t.Key}:Helpdesk", t.Value.Helpdesk.WebhookSecrets) }))
            .SelectMany(s => s.Item2.Select(secret => (Section: s.Item1, Secret: secret))).ToList();
        if (all.FirstOrDefault(s => string.IsNullOrWhiteSpace(s.Secret)) is { Section: { } empty })
        {
            throw new SettingsException($"{empty}:WebhookSecrets holds an empty secret: anybody could sign with it. Give the secret or leave the entry out.");
        }

        if (all.GroupBy(s => s.Secret, StringComparer.Ordinal).FirstOrDefault(g => g.Select(s => s.Section).Distinct().Skip(1).Any()) is { } shared)
        {
            throw new SettingsException($"One webhook secret is used in {string.Join(" and ", shared.Select(s => s.Section).Distinct())}. Give each endpoint its own.");
        }
    }

    private static void Keys(string section, StripeSettings stripe)
    {
        Restricted($"{section}:ReadKey", stripe.ReadKey);
        Restricted($"{section}:WriteKey", stripe.WriteKey);
        foreach (var (name, key) in stripe.Keys)
        {
            Restricted($"{section}:Keys:{name}", key);
        }

        if (stripe.PortalConfiguration is { } portal && !portal.StartsWith("bpc_", StringComparison.Ordinal))
        {
            throw new SettingsException($"{section}:PortalConfiguration '{portal}' is no portal configuration. Give its id (bpc_…) from Stripe, or leave it out for the account's default.");
        }

        var all = stripe.Keys.Values.Append(stripe.ReadKey).Append(stripe.WriteKey).OfType<string>().ToList();
        if (all.Select(k => k.StartsWith("rk_live_", StringComparison.Ordinal)).Distinct().Count() > 1)
        {
            throw new SettingsException($"{section}: some keys are live and some are test keys. Give keys of one mode.");
        }

        if (stripe.WriteKey is not null && stripe.Keys.Values.Append(stripe.ReadKey).Contains(stripe.WriteKey))
        {
            throw new SettingsException($"{section}:WriteKey is also used for reading. Give the executor a key of its own.");
        }

        if (!Uri.TryCreate(stripe.ApiBase, UriKind.Absolute, out var address) || (address.Scheme != Uri.UriSchemeHttps && !address.IsLoopback))
        {
            throw new SettingsException($"{section}:ApiBase '{stripe.ApiBase}' is not an https address (http is taken on loopback only). Write it as https://api.stripe.com.");
        }
    }

    private static void Restricted(string name, string? key)
    {
        if (key is not null && !key.StartsWith("rk_", StringComparison.Ordinal))
        {
            throw new SettingsException(key.StartsWith("sk_", StringComparison.Ordinal)
                ? $"{name} is a secret key (sk_…), which can do anything on the account. Create a restricted key (rk_…) with the permissions in docs/stripe.md and use that."
                : $"{name} is not a restricted Stripe key: it must start with rk_.");
        }
    }

    private static void Range(string name, int value, int low, int high)
    {
        if (value < low || value > high)
        {
            throw new SettingsException($"{name} is {value}; it must be from {low} to {high}.");
        }
    }

    private static void Addresses(string urls)
    {
        foreach (var url in urls.Split(';'))
        {
            try
            {
                BindingAddress.Parse(url);
            }
            catch (FormatException)
            {
                throw new SettingsException($"Urls '{url}' is not an address. Write it as http://127.0.0.1:5080.");
            }
        }
    }

    private static void Zone(string name, string value)
    {
        if (!TimeZoneInfo.TryFindSystemTimeZoneById(value, out _))
        {
            throw new SettingsException($"{name} '{value}' is not a known time zone. Use an IANA name such as UTC or Europe/Berlin.");
        }
    }
}
