using System.Globalization;
using System.Text.Json.Nodes;
using BillingCopilot.Sandbox.Http;
using BillingCopilot.Sandbox.Objects;

namespace BillingCopilot.Sandbox.Endpoints;

/// <summary>One discount with its coupon.</summary>
internal sealed record AppliedDiscount(JsonObject Discount, JsonObject Coupon)
{
    public string Id => Discount.Id();

    /// <summary>Of one item, not of the whole invoice: an invoice's subtotal has it in it already.</summary>
    public bool IsOfItem => Discount.Text("invoice_item") is not null || Discount.Text("subscription_item") is not null;

    /// <summary>Whether the discount is the line's, and the coupon good for its product.</summary>
    public bool Covers(JsonObject line) =>
        (Discount.Text("invoice_item") is not { } item || item == (line.TextAt("parent.invoice_item_details.invoice_item") ?? line.TextAt("parent.subscription_item_details.invoice_item")))
        && (Discount.Text("subscription_item") is not { } own || own == line.TextAt("parent.subscription_item_details.subscription_item"))
        && IsForProduct(line);

    private bool IsForProduct(JsonObject line) =>
        Coupon["applies_to"]?["products"] is not JsonArray products
        || products.Any(p => (string?)p == line.TextAt("pricing.price_details.product"));
}

/// <summary>
/// Discounts, then tax, of the lines of one invoice, in whole minor units. Discounts stack in their order, each on
/// what the ones before left; a fixed amount is spread over the lines by what they have left. Tax is rounded a line.
/// </summary>
internal static class InvoicePricing
{
    /// <summary>Writes discounts and taxes into the lines.</summary>
    /// <param name="rates">Tax rate documents of a line.</param>
    /// <param name="exempt">The customer's <c>tax_exempt</c>.</param>
    public static void Apply(
        IReadOnlyList<JsonObject> lines, IReadOnlyList<AppliedDiscount> discounts, Func<JsonObject, IReadOnlyList<JsonObject>> rates, string? exempt)
    {
        var off = lines.Select(Fixed).ToArray();
        var left = lines.Select((l, i) => l.Whole("amount") - off[i].Sum(o => o.Amount)).ToArray();
        foreach (var discount in discounts)
        {
            int[] open = [.. Enumerable.Range(0, lines.Count).Where(i =>
                left[i] > 0 && (bool?)lines[i]["discountable"] == true && discount.Covers(lines[i]))];
            var currency = lines.Count == 0 ? "usd" : lines[0].Id("currency");
            foreach (var (line, amount) in open.Zip(Shares(discount.Coupon, [.. open.Select(i => left[i])], currency)).Where(p => p.Second > 0))
            {
                off[line].Add((discount.Id, amount));
                left[line] -= amount;
            }
        }

        for (var i = 0; i < lines.Count; i++)
        {
            Write(lines[i], off[i], Taxes.Of(left[i], rates(lines[i]), exempt, lines[i].Id("currency")));
        }
    }

    /// <summary>A proration keeps the discounts that it was made with.</summary>
    private static List<(string Discount, long Amount)> Fixed(JsonObject line) => (bool?)line["discountable"] == true
        ? []
        : [.. line.Rows("discount_amounts").Select(off => (off.Id("discount"), off.Whole("amount")))];

    /// <summary>Minor units off each of these amounts.</summary>
    private static IEnumerable<long> Shares(JsonObject coupon, long[] amounts, string currency)
    {
        if (coupon["percent_off"] is { } percent)
        {
            var rate = decimal.Parse(percent.ToString(), CultureInfo.InvariantCulture);
            return amounts.Select(a => Math.Min(a, Prices.Round(a * rate / 100, currency)));
        }

        return coupon.Text("currency") is { } other && other != currency ? amounts.Select(_ => 0L) : Spread(coupon.Whole("amount_off"), amounts);
    }

    private static long[] Spread(long amount, long[] over)
    {
        var (total, shares) = (over.Sum(), new long[over.Length]);
        var off = Math.Min(amount, total);
        long given = 0, seen = 0;
        for (var i = 0; i < over.Length; i++)
        {
            // Running totals, so that the shares add up to the amount.
            seen += over[i];
            shares[i] = (long)Math.Round(off * (decimal)seen / total, MidpointRounding.AwayFromZero) - given;
            given += shares[i];
        }

        return shares;
    }

    private static void Write(JsonObject line, List<(string Discount, long Amount)> off, IReadOnlyList<TaxSpec> taxes)
    {
        line["discount_amounts"] = JsonFields.Array(off.Select(o => new JsonObject { ["amount"] = o.Amount, ["discount"] = o.Discount }));
        line["pretax_credit_amounts"] = JsonFields.Array(off.Select(o =>
            new JsonObject { ["amount"] = o.Amount, ["discount"] = o.Discount, ["type"] = "discount" }));
        line["taxes"] = JsonFields.Array(taxes.Select(LineItemObject.Tax));
    }
}
