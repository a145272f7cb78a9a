using BillingCopilot.Sandbox.Objects;

namespace BillingCopilot.Sandbox.Worlds.Lumen;

/// <summary>What a part starts from.</summary>
internal sealed class Draft(Role role, int order, string name, SeededRandom random)
{
    private static readonly string[] Owners = ["Priya Raman", "Tom Okafor", "Lena Fischer", "Marco Silva"];

    public SeededRandom Random => random;

    public int Order => order;

    /// <summary>Unix seconds on a day of the month so many months before October 2026: that many renewals ago.</summary>
    /// <param name="day">3 to 28, so that the last renewal falls in October; null for any day from which 30 days reach to now.</param>
    public long Start(int monthsAgo, int? day = null)
    {
        var date = new DateTimeOffset(2026, 10, day ?? (int)random.Between(6, 26), 0, 0, 0, TimeSpan.Zero).AddMonths(-monthsAgo);
        return date.ToUnixTimeSeconds() + random.Between(10 * 3_600, 20 * 3_600);
    }

    /// <summary>Between two months and a year of renewals.</summary>
    public int SomeMonths() => (int)random.Between(4, 13);

    /// <summary>A customer with one subscription to some plans.</summary>
    public CustomerScript Monthly(long start, params ItemScript[] items) => Customer("usd", new SubscriptionScript
    {
        Start = start,
        Items = items,
        Metadata = new Dictionary<string, string> { ["workspace"] = CompanyNames.Slug(name) },
    });

    public CustomerScript Customer(string currency, params SubscriptionScript[] subscriptions) => new()
    {
        Role = role,
        Order = order,
        Name = name,
        Email = CompanyNames.Email(name, random.Pick<string>(["billing", "accounts", "finance", "ap"])),
        Country = Places.Country(currency, random),
        Currency = currency,
        Subscriptions = subscriptions,
        Metadata = new Dictionary<string, string>
        {
            ["crm_id"] = $"C-{random.Between(10_000, 99_999)}",
            ["segment"] = random.Pick<string>(["smb", "mid_market", "enterprise"]),
            ["account_owner"] = random.Pick(Owners),
        },
    };
}

/// <summary>Short changes of a script.</summary>
internal static class ScriptChanges
{
    /// <summary>The same customer billed in another currency, in a country that uses it.</summary>
    public static CustomerScript In(this CustomerScript script, string currency, SeededRandom random) =>
        script with { Currency = currency, Country = Places.Country(currency, random) };

    /// <summary>Changes the customer's only subscription.</summary>
    public static CustomerScript With(this CustomerScript script, Func<SubscriptionScript, SubscriptionScript> change) =>
        script with { Subscriptions = [change(script.Subscriptions[0])] };
}
