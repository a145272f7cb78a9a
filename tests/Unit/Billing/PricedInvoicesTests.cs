using BillingCopilot.Billing;
using BillingCopilot.Billing.Invoices;
using BillingCopilot.Billing.Invoices.Explaining;
using BillingCopilot.Billing.Text;
using Shouldly;
using Xunit;

namespace BillingCopilot.Unit.BillingTests;

/// <summary>Invoices of ten seeds in every pricing model, whose lines are reckoned here and not by the rules.</summary>
public sealed class PricedInvoicesTests
{
    private const int EachSeed = 40;
    private static readonly DateTimeOffset Start = new(2026, 3, 1, 0, 0, 0, TimeSpan.Zero);
    private static readonly string[] Currencies = ["usd", "eur", "jpy", "kwd"];

    private static readonly Func<Random, int, IEnumerable<InvoiceLineFacts>>[] Models =
    [
        (random, at) => [Line(at, new("flat", random.Next(1, 90_000), "month", 1, false, []), 1, p => p)],
        (random, at) => [Line(at, new("seat", random.Next(1, 9_000), "month", 1, false, []), random.Next(2, 200), p => p)],
        (random, at) => [Line(at, new("once", random.Next(1, 90_000), null, 1, false, []), random.Next(1, 5), p => p)],
        (random, at) => Packages(random, at),
        (random, at) => [Volume(random, at)],
        (random, at) => Graduated(random, at, metered: true, flat: 0),
        (random, at) => Graduated(random, at, metered: true, flat: random.Next(1, 5_000)),
        (random, at) => Graduated(random, at, metered: false, flat: random.Next(0, 2) * 700),
        (random, at) => [Line(at, new("metered", random.Next(1, 40) / 4m, "month", 1, true, []), random.Next(0, 90_000), p => p) with { Metered = true }],
        (random, at) => [Line(at, new("trial", random.Next(1, 90_000), "month", 1, false, []), random.Next(1, 9), _ => 0)],
        (random, at) => [Line(at, new("part", random.Next(1, 90_000), "month", 1, false, []), 1, p => (at % 2 == 0 ? -p : p) / 2) with { Proration = true }],
    ];

    [Fact]
    public void Explanations_OfTenSeedsInEveryPricingModel_AddUpToTheSmallestUnit()
    {
        HashSet<PartKind> kinds = [];
        foreach (var invoice in Enumerable.Range(1, 10).SelectMany(seed => Invoices(new Random(seed))))
        {
            var explained = InvoiceExplanation.Of(invoice, []);
            var all = explained.Parts.Concat(explained.DueParts).ToList();
            explained.Parts.Sum(p => p.Amount.AmountMinor).ShouldBe(invoice.Total, invoice.Id);
            explained.DueParts.Sum(p => p.Amount.AmountMinor).ShouldBe(invoice.AmountDue - invoice.Total, invoice.Id);
            all.ShouldNotContain(p => p.Kind == PartKind.NotItemised, invoice.Id);
            all.SelectMany(p => p.LineIds).Order().ShouldBe(invoice.Lines.Select(l => l.Id).Order());
            foreach (var tiered in explained.Parts.Where(p => p.Price is { Tiers.Count: > 0 }))
            {
                var used = tiered.Usage.ShouldNotBeNull($"{invoice.Id}: {tiered.Subject}");
                used.Tiers.Sum(t => Pricing.Round(t.Cost)).ShouldBe(tiered.Amount.AmountMinor);
                (used.Over > 0 ? used.Charge.AmountMinor + used.Minimum.AmountMinor : tiered.Amount.AmountMinor).ShouldBe(tiered.Amount.AmountMinor);
            }

            kinds.UnionWith(all.Select(p => p.Kind));
            Says(explained);
        }

        kinds.ShouldBe(Enum.GetValues<PartKind>().Except([PartKind.NotItemised]), ignoreOrder: true);
    }

    /// <summary>In every language the letter has every amount of a part, and no hole.</summary>
    private static void Says(InvoiceExplanation explained)
    {
        foreach (var locale in Locale.All.Values)
        {
            var letter = new InvoiceWords(locale, at => DateOnly.FromDateTime(at.UtcDateTime)).Letter(explained, null, "LUM-0042", Start);
            letter.IndexOfAny(['{', '[', ']']).ShouldBe(-1, letter);
            foreach (var part in explained.Parts.Where(p => p.Kind is not (PartKind.Trial or PartKind.TaxIncluded or PartKind.UsageOverage)))
            {
                letter.ShouldContain(locale.Money(part.Amount with { AmountMinor = Math.Abs(part.Amount.AmountMinor) }));
            }

            foreach (var minimum in explained.Parts.Select(p => p.Usage?.Minimum).OfType<Money>().Where(m => m.AmountMinor > 0))
            {
                letter.ShouldContain(locale.Money(minimum));
            }
        }
    }

    private static IEnumerable<InvoiceFacts> Invoices(Random random)
    {
        for (var i = 0; i < EachSeed; i++)
        {
            var currency = Currencies[i % 4];
            var picked = Enumerable.Range(0, random.Next(1, 4)).Select(_ => random.Next(Models.Length)).Append(i % Models.Length).ToList();
            var lines = picked.SelectMany((model, at) => Models[model](random, at)).ToList();
            var net = lines.Sum(l => l.Amount);
            var (off, shipping, tax) = (Math.Max(0, net) / random.Next(2, 9), random.Next(0, 2) * 500L, random.Next(0, 3) * Math.Max(0, net) / 10);
            var inclusive = random.Next(2) == 0;
            var total = net - off + shipping + (inclusive ? 0 : tax);
            var (balance, ending) = total < 0 ? (-total, total) : (i % 5) switch
            {
                0 => (-(total / 3), 0L),
                1 => (400L, 0L),
                2 when total < 100 => (-total, total),
                _ => (0L, 0L),
            };
            var credited = total + balance > 0 && i % 7 == 0 ? (total + balance) / 4 : 0;
            yield return new InvoiceFacts($"in_{i}", "LUM-0042", currency, total, total + balance - credited, inclusive ? 0 : tax, balance, credited, lines, [Off(random, off)])
            {
                Created = Start, SubscriptionId = "sub_1", Shipping = shipping, Taxes = [new TaxFacts("VAT", 10, inclusive, tax)],
                StartingBalance = total < 0 ? 0 : ending > 0 ? 0 : balance, EndingBalance = ending,
            };
        }

        // What is too small to charge goes onto the next invoice.
        var small = Line(0, new("small", 20, "month", 1, false, []), 1, p => p);
        yield return new InvoiceFacts("in_small", "LUM-0042", "usd", 20, 0, 0, -20, 0, [small], []) { Created = Start, SubscriptionId = "sub_1", EndingBalance = 20 };
    }

    private static DiscountFacts Off(Random random, long amount) => random.Next(4) switch
    {
        0 => new("once", "Once", amount) { Once = true },
        1 => new("ever", "Ever", amount) { Forever = true, PercentOff = 10 },
        2 => new("ends", "Ends", amount) { Ends = Start.AddMonths(1), PercentOff = 25 },
        _ => new("runs", "Runs", amount) { Ends = Start.AddMonths(6) },
    };

    private static IEnumerable<InvoiceLineFacts> Packages(Random random, int at)
    {
        var (quantity, size, unit) = (random.Next(1, 9_000), random.Next(2, 500), random.Next(1, 4_000));
        var up = random.Next(2) == 0;
        var sold = up ? (quantity + size - 1) / size : quantity / size;
        yield return Line(at, new("package", unit, "month", 1, false, [], PackageSize: size, PackageRoundsUp: up), quantity, _ => (long)sold * unit);
    }

    private static InvoiceLineFacts Volume(Random random, int at)
    {
        var (first, quantity) = (random.Next(10, 500), random.Next(0, 1_000));
        var (low, high, flat) = (random.Next(100, 900), random.Next(10, 100), random.Next(0, 900));
        var price = new PriceFacts("volume", null, "month", 1, random.Next(2) == 0, [new(first, low, 0), new(null, high, flat)], Volume: true);
        return Line(at, price, quantity, _ => quantity <= first ? (long)quantity * low : (long)quantity * high + flat) with { Metered = price.Metered };
    }

    /// <summary>A line a tier, as Stripe bills them; the first one always shows, with its flat fee.</summary>
    private static IEnumerable<InvoiceLineFacts> Graduated(Random random, int at, bool metered, int flat)
    {
        var (first, quantity) = (random.Next(10, 500), random.Next(0, 2_000));
        var (unit, later) = (metered ? 0 : random.Next(100, 900), random.Next(0, 2) * 250);
        var over = random.Next(1, 90);
        var price = new PriceFacts("graduated", null, "month", 1, metered, [new(first, unit, flat), new(null, over, later)]);
        var within = Math.Min(quantity, first);
        yield return Line(at, price, within, _ => (long)within * unit + flat) with { Metered = metered, UnitAmount = unit };
        if (quantity > first)
        {
            var beyond = quantity - first;
            yield return Line(at, price, beyond, _ => (long)beyond * over + later) with { Id = $"il_{at}_2", Metered = metered, UnitAmount = over };
        }
    }

    /// <param name="amount">From unit times quantity, in minor units, rounded half away from zero.</param>
    private static InvoiceLineFacts Line(int at, PriceFacts price, int quantity, Func<long, long> amount) => new(
        $"il_{at}", price.Id, price.Id, amount((long)Math.Floor((price.UnitAmount ?? 0) * quantity + 0.5m)), quantity, price.UnitAmount, price.Id, $"prod_{at}", $"si_{at}", price.Metered, false, Start, Start.AddMonths(1))
    {
        Price = price,
    };
}
