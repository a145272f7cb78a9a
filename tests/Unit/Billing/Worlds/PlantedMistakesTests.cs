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

    /// <summary>Whatever was found on a paid invoice and then refunded in the dashboard, in part or in full, is claimed for what is left alone.</summary>
    [Theory]
    [InlineData(1, 1)]
    [InlineData(1, 3)]
    public void Mistakes_RefundedWithoutANote_AreClaimedForTheRestOnly(int part, int of)
    {
        var count = 0;
        foreach (var history in WorldHistory.Ten.SelectMany(w => w.Customers().Select(c => c.History)))
        {
            foreach (var mistake in BillingMistakes.Find(history).Where(m => m is { ChargeId: null, Over.AmountMinor: > 0 }))
            {
                var refunded = mistake.WithTax.AmountMinor * part / of;
                if (history.Charges.FirstOrDefault(c => c.Succeeded && c.InvoiceId == mistake.InvoiceId && c.Amount.AmountMinor - c.AmountRefunded >= refunded) is not { } charge)
                {
                    continue;
                }

                var after = history with { Charges = [.. history.Charges.Select(c => c == charge ? c with { AmountRefunded = c.AmountRefunded + refunded } : c)] };
                BillingMistakes.Find(after).Where(m => m.Kind == mistake.Kind && m.InvoiceId == mistake.InvoiceId).Sum(m => m.WithTax.AmountMinor).ShouldBe(mistake.WithTax.AmountMinor - refunded, mistake.InvoiceNumber);
                count++;
            }
        }

        output.WriteLine($"{count} mistakes refunded {part}/{of}");
        count.ShouldBeGreaterThanOrEqualTo(100);
    }

    /// <summary>
    /// A second payment of an invoice from another card, some days later, which no world holds: put into every fifth history whose invoice was
    /// paid once, and into four others what only looks like one.
    /// </summary>
    [Fact]
    public void SecondPayments_PutIntoTheHistoriesOfTenSeeds_AreFoundToTheCentAmongLookAlikes()
    {
        var paid =
            from history in WorldHistory.Ten.SelectMany(w => w.Customers().Select(c => c.History))
            let charge = history.Charges.FirstOrDefault(c => c is { Succeeded: true, AmountRefunded: 0, InvoiceId: not null, Amount.AmountMinor: > 1 } && history.Charges.Count(o => o.Succeeded && o.InvoiceId == c.InvoiceId) == 1
                && history.Invoices.Any(i => i.Id == c.InvoiceId && i.AmountDue == c.Amount.AmountMinor))
            where charge is not null
            select (History: history, Charge: charge);
        var (planted, found) = (0, 0);
        foreach (var ((history, charge), at) in paid.Select((p, at) => (p, at)))
        {
            var second = charge with { Id = charge.Id + "2", CardKey = charge.CardKey + "2", Created = charge.Created.AddDays(9) };
            var half = charge.Amount with { AmountMinor = charge.Amount.AmountMinor / 2 };
            var (first, other) = (at % 5) switch
            {
                0 => (charge, second),
                1 => (charge, second with { AmountRefunded = second.Amount.AmountMinor }),
                2 => (charge with { AmountRefunded = charge.Amount.AmountMinor }, second),
                3 => (charge with { Amount = charge.Amount - half }, second with { Amount = half }),
                _ => (charge, second with { Succeeded = false, Declined = true }),
            };
            var twice = BillingMistakes.Find(history with { Charges = [.. history.Charges.Select(c => c == charge ? first : c), other] }).Where(m => m.Kind == MistakeKind.PaidTwice).ToList();
            if (at % 5 == 0)
            {
                planted++;
                found += twice is [var only] && only.ChargeId == other.Id && only.Over == charge.Amount && only.InvoiceId == charge.InvoiceId ? 1 : 0;
            }
            else
            {
                twice.ShouldBeEmpty($"look-alike {at % 5} of {charge.InvoiceNumber}");
            }
        }

        output.WriteLine($"PaidTwice: {found} of {planted} found");
        planted.ShouldBeGreaterThan(100);
        found.ShouldBe(planted);
    }

    private static bool Is(Mistake mistake, JsonObject entry) =>
        mistake.ChargeId is { } charge ? charge == entry.Text("charge") : mistake.InvoiceId == entry.Text("invoice");

    private static List<JsonObject> Entries(WorldHistory world, string list) => [.. world.World.Truth[list]!.AsArray().Select(e => e!.AsObject())];
}
