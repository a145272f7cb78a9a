using System.Text.Json.Nodes;
using BillingCopilot.Sandbox.Objects;

namespace BillingCopilot.Sandbox.Worlds.Lumen.Finance;

/// <summary>
/// Puts into the books what people get wrong. Each kind is planted where it could have happened, on entries of the
/// cast, and no entry twice; the look-alikes are what is unusual and right.
/// </summary>
internal sealed class Discrepancies(Ledger ledger, IReadOnlyList<LedgerEntry> cast, IReadOnlyList<SellerRun> sellers, SeededRandom random)
{
    private readonly HashSet<string> _used = new(StringComparer.Ordinal);
    private readonly List<(string Kind, LedgerEntry? Right, LedgerEntry? Booked, string Text)> _planted = [];

    /// <summary>Plants all kinds that are errors of the books.</summary>
    public void Plant()
    {
        Many("missing", 3, entry => entry.Kind == "charge", _ => null, "A charge that was never booked.");
        Twice();
        Many("amount", 3, entry => entry.Kind == "charge" && Swapped(entry.Gross) != entry.Gross,
            entry => entry with { Gross = Swapped(entry.Gross) }, "Two digits of the amount changed places.");
        Many("fee", 2, entry => entry is { Kind: "charge", Currency: "usd" },
            entry => entry with { Fee = entry.Fee + random.Between(15, 95) }, "The fee is not what Stripe kept.");
        Many("currency", 2, entry => entry is { Kind: "charge", Currency: "eur" },
            entry => entry with { Currency = "usd" }, "Euros booked as dollars.");
        Many("timing", 2, entry => entry.Kind == "charge" && Calendar.Utc(entry.At).Day is >= 24 and <= 30 && Calendar.Utc(entry.At).Month == 9,
            entry => entry with { At = Calendar.MonthStart(entry.At + 20 * Calendar.Day) + random.Between(1, 3) * Calendar.Day }, "September's money booked in October.");
        Many("rounding", 3, entry => entry.Kind == "charge" && entry.Fee > 0,
            entry => entry with { Fee = entry.Fee + (random.Chance(50) ? 1 : -1) }, "The fee was rounded the other way.");
        Many("unmatched_transfer", 2, entry => entry.Kind == "transfer", _ => null, "A transfer to a seller that the books don't know.");
        Many("mistagged_account", 2, entry => entry.Kind == "marketplace_fee", Mistagged, "A seller's fee under another seller's account.");
        Many("unbooked_dispute", 1, entry => entry.Kind == "dispute" && entry.Gross < 0, _ => null, "Money taken back by a cardholder's bank, never booked.");
        Orphans();
    }

    /// <summary>The planted ones, once the books are closed.</summary>
    public JsonArray Told() => JsonFields.Array(_planted.Select(planted => Tell(planted.Kind, planted.Right, planted.Booked, planted.Text)));

    private void Many(string kind, int count, Func<LedgerEntry, bool> fits, Func<LedgerEntry, LedgerEntry?> change, string text)
    {
        for (var i = 0; i < count; i++)
        {
            var right = Take(fits);
            var booked = change(right);
            if (booked is null)
            {
                ledger.Remove(right);
            }
            else
            {
                ledger.Replace(right, booked);
            }

            _planted.Add((kind, right, booked, text));
        }
    }

    private void Twice()
    {
        for (var i = 0; i < 2; i++)
        {
            var right = Take(entry => entry.Kind == "charge" && Calendar.Utc(entry.At).Day < 26);
            var again = right with { At = right.At + random.Between(1, 3) * Calendar.Day };
            ledger.Add(again);
            _planted.Add(("duplicate", right, again, "One charge booked on two days."));
        }
    }

    /// <summary>Refunds that were noted as done and never made.</summary>
    private void Orphans()
    {
        for (var i = 0; i < 2; i++)
        {
            var charge = Take(entry => entry.Kind == "charge" && Calendar.Utc(entry.At).Day < 22);
            var at = charge.At + random.Between(2, 7) * Calendar.Day;
            var id = new StripeIds(random.Stream($"orphan:{i}"), charge.Reference).Next("re", at);
            var booked = charge with { At = at, Kind = "refund", Reference = id, Gross = -charge.Gross, Fee = 0 };
            ledger.Add(booked);
            _planted.Add(("orphan_refund", null, booked, "The books hold a refund that Stripe never made."));
        }
    }

    private LedgerEntry Mistagged(LedgerEntry entry) => entry with
    {
        Account = random.Pick([.. sellers.Select(seller => seller.AccountId).Where(account => account != entry.Account)]),
    };

    private LedgerEntry Take(Func<LedgerEntry, bool> fits)
    {
        var entry = random.Pick([.. cast.Where(candidate => !_used.Contains(candidate.Reference) && fits(candidate))]);
        _used.Add(entry.Reference);
        return entry;
    }

    /// <summary>The amount with its first two unlike neighbouring digits exchanged.</summary>
    private static long Swapped(long amount)
    {
        var digits = amount.ToString().ToCharArray();
        for (var i = 0; i + 1 < digits.Length; i++)
        {
            if (digits[i] != digits[i + 1] && (i > 0 || digits[1] != '0'))
            {
                (digits[i], digits[i + 1]) = (digits[i + 1], digits[i]);
                return long.Parse(new string(digits));
            }
        }

        return amount;
    }

    private JsonObject Tell(string kind, LedgerEntry? right, LedgerEntry? booked, string text)
    {
        var known = (right ?? booked)!;
        return new JsonObject
        {
            ["kind"] = kind,
            ["reference"] = known.Reference,
            ["counterparty"] = known.Counterparty,
            ["entries"] = JsonFields.Array(booked is null ? [] : ledger.Numbers(booked.Reference)),
            ["currency"] = known.Currency,
            ["stripe_net"] = right?.Net,
            ["books_net"] = kind == "duplicate" ? 2 * right!.Net : booked?.Net,
            ["booked_currency"] = booked?.Currency,
            ["booked_account"] = booked?.Account,
            ["account"] = known.Account,
            ["payout"] = known.Payout,
            ["date"] = Calendar.Date(known.At),
            ["booked_on"] = booked is null ? null : Calendar.Date(booked.At),
            ["text"] = text,
        };
    }
}
