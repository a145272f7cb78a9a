using System.Text.Json.Nodes;
using BillingCopilot.Billing.Mistakes;
using BillingCopilot.Sandbox.Objects;
using BillingCopilot.Testing;
using Shouldly;
using Xunit;
using Xunit.Abstractions;

namespace BillingCopilot.Unit.BillingTests.Worlds;

/// <summary>Wrong charges in worlds of ten seeds: what was planted is found, and nothing else is claimed.</summary>
[TakesLong]
public sealed class PlantedMistakesTests(ITestOutputHelper output)
{
    private static readonly (MistakeKind Kind, string Planted, string LookAlikes, string Amount)[] Lists =
    [
        (MistakeKind.DuplicateCharge, "double_charges", "equal_charges", "amount"),
        (MistakeKind.MissedDiscount, "missed_discounts", "no_discount_due", "missed"),
        (MistakeKind.WrongProration, "wrong_prorations", "unusual_prorations", "difference"),
        (MistakeKind.ChargedAfterCancel, "billed_after_end", "paid_after_end", "amount"),
    ];

    [Fact]
    public void Mistakes_OfTenSeeds_AreFoundToTheCentAndNoneIsClaimedElsewhere()
    {
        var found = WorldHistory.Ten.Select(w => (World: w, Mistakes: w.Customers().SelectMany(c => BillingMistakes.Find(c.History).Select(m => (c.Customer, Mistake: m))).ToList())).ToList();
        foreach (var (kind, list, alike, amount) in Lists)
        {
            var planted = found.SelectMany(f => Entries(f.World, list).Select(e => (f.Mistakes, Entry: e))).ToList();
            var hit = planted.Count(p => p.Mistakes.Any(m => m.Mistake.Kind == kind && Is(m.Mistake, p.Entry) && m.Mistake.Over.AmountMinor == p.Entry.Whole(amount)));
            var claimed = found.SelectMany(f => f.Mistakes.Where(m => m.Mistake.Kind == kind && !Entries(f.World, list).Any(e => Is(m.Mistake, e)))).ToList();
            output.WriteLine($"{kind}: {hit} of {planted.Count} found, {found.Sum(f => Entries(f.World, alike).Count)} look-alikes, {claimed.Count} claimed wrongly");
            claimed.ForEach(c => output.WriteLine($"  {c.Customer} {c.Mistake.InvoiceNumber} {c.Mistake.Over}: {string.Join(' ', c.Mistake.Evidence)}"));
            claimed.ShouldBeEmpty();
            (hit / (double)planted.Count).ShouldBeGreaterThanOrEqualTo(0.95, $"{kind}");
        }

        found.SelectMany(f => f.Mistakes).Select(m => m.Mistake.Kind).Distinct().ShouldBeSubsetOf(Lists.Select(l => l.Kind));
    }

    private static bool Is(Mistake mistake, JsonObject entry) =>
        mistake.ChargeId is { } charge ? charge == entry.Text("charge") : mistake.InvoiceId == entry.Text("invoice");

    private static List<JsonObject> Entries(WorldHistory world, string list) => [.. world.World.Truth[list]!.AsArray().Select(e => e!.AsObject())];
}
