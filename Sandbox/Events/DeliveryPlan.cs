using System.Globalization;
using System.Text.Json.Nodes;
using BillingCopilot.Sandbox.Http;
using BillingCopilot.Sandbox.Objects;

namespace BillingCopilot.Sandbox.Events;

/// <summary>One event on its way to one endpoint.</summary>
/// <param name="DelaySeconds">World time before the first try.</param>
/// <param name="Twice">Sent once more after it arrived.</param>
internal sealed record Delivery(string Event, string Endpoint, long DelaySeconds = 0, bool Twice = false);

/// <summary>
/// How orderly events arrive. Stripe promises at least once and no order; a test asks for the worse: some twice,
/// some late, and each group of so many in another order. Which ones is a function of the seed and of their number.
/// </summary>
internal sealed record DeliveryPlan
{
    private const int MostHeld = 1_000;

    /// <summary>How many in 100 are sent twice.</summary>
    public int DuplicatePercent { get; init; }

    /// <summary>How many in 100 are late.</summary>
    public int DelayPercent { get; init; }

    /// <summary>World seconds by which a late one is late, at most.</summary>
    public long DelaySeconds { get; init; } = 600;

    /// <summary>How many are gathered and sent in another order; 0 or 1 for none.</summary>
    public int Reorder { get; init; }

    public int Seed { get; init; }

    /// <summary>Reads <c>{"duplicate":20,"delay":10,"delay_seconds":600,"reorder":5,"seed":7}</c>.</summary>
    public static DeliveryPlan Read(JsonObject body)
    {
        if (body.Select(p => p.Key).FirstOrDefault(k => k is not ("duplicate" or "delay" or "delay_seconds" or "reorder" or "seed")) is { } unknown)
        {
            throw ApiError.Invalid($"Unknown '{unknown}'. Known: duplicate, delay (both in 100), delay_seconds, reorder (how many at once), seed.", unknown);
        }

        return new DeliveryPlan
        {
            DuplicatePercent = Number(body, "duplicate", 0, 100),
            DelayPercent = Number(body, "delay", 0, 100),
            DelaySeconds = Number(body, "delay_seconds", 600, 30 * 86_400),
            Reorder = Number(body, "reorder", 0, MostHeld),
            Seed = Number(body, "seed", 0, int.MaxValue),
        };
    }

    public JsonObject Show() => new()
    {
        ["duplicate"] = DuplicatePercent,
        ["delay"] = DelayPercent,
        ["delay_seconds"] = DelaySeconds,
        ["reorder"] = Reorder,
        ["seed"] = Seed,
    };

    /// <summary>What becomes of delivery <paramref name="number"/>.</summary>
    public Delivery Of(string @event, string endpoint, long number)
    {
        var random = Stream("delivery", number);
        var delay = random.Chance(DelayPercent) ? random.Between(1, Math.Max(1, DelaySeconds)) : 0;
        return new Delivery(@event, endpoint, delay, random.Chance(DuplicatePercent));
    }

    /// <summary>A group in the order in which it is sent.</summary>
    public List<Delivery> Shuffle(IReadOnlyList<Delivery> group, long number) => Stream("group", number).Shuffle(group);

    private SeededRandom Stream(string what, long number) =>
        new SeededRandom((ulong)Seed).Stream(string.Create(CultureInfo.InvariantCulture, $"{what}:{number}"));

    private static int Number(JsonObject body, string name, int usual, int most)
    {
        var text = body[name]?.ToString() ?? usual.ToString(CultureInfo.InvariantCulture);
        return int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number <= most
            ? number
            : throw ApiError.Invalid($"'{text}' is no {name}: write a whole number from 0 to {most}.", name);
    }
}
