using System.Text.Json.Nodes;

namespace BillingCopilot.Sandbox.Objects;

/// <summary>Sums of an invoice's lines, in minor units of its currency.</summary>
public sealed class InvoiceTotals
{
    private readonly List<(string Discount, long Amount)> _discounts = [];
    private readonly List<TaxSpec> _taxes = [];
    private long _amount;

    private InvoiceTotals()
    {
    }

    /// <summary>Before discounts of the whole invoice and exclusive tax; those of single items are taken off.</summary>
    public long Subtotal { get; private set; }

    /// <summary>The same without any tax.</summary>
    public long SubtotalExcludingTax => Subtotal - _taxes.Where(tax => tax.Inclusive).Sum(tax => tax.Amount);

    /// <summary>After discounts, without any tax.</summary>
    public long TotalExcludingTax => _amount - _discounts.Sum(off => off.Amount) - _taxes.Where(tax => tax.Inclusive).Sum(tax => tax.Amount);

    /// <summary>After discounts and tax.</summary>
    public long Total => TotalExcludingTax + _taxes.Sum(tax => tax.Amount);

    /// <summary>Sums <c>line_item</c> documents.</summary>
    /// <param name="ofItems">Ids of the discounts that are of single items.</param>
    public static InvoiceTotals Of(IEnumerable<JsonObject> lines, IEnumerable<string>? ofItems = null)
    {
        var totals = new InvoiceTotals();
        foreach (var line in lines)
        {
            totals.Add(line);
        }

        totals._discounts.RemoveAll(off => off.Amount == 0);
        var incorporated = (ofItems ?? []).ToHashSet(StringComparer.Ordinal);
        totals.Subtotal = totals._amount - totals._discounts.Where(off => incorporated.Contains(off.Discount)).Sum(off => off.Amount);
        return totals;
    }

    /// <summary><c>total_discount_amounts</c>, one entry a discount.</summary>
    public JsonArray Discounts() => JsonFields.Array(_discounts.Select(off => new JsonObject
    {
        ["amount"] = off.Amount,
        ["discount"] = off.Discount,
    }));

    /// <summary><c>total_pretax_credit_amounts</c>.</summary>
    public JsonArray PretaxCredits() => JsonFields.Array(_discounts.Select(off => new JsonObject
    {
        ["amount"] = off.Amount,
        ["discount"] = off.Discount,
        ["type"] = "discount",
    }));

    /// <summary><c>total_taxes</c>, one entry a tax rate.</summary>
    public JsonArray Taxes() => JsonFields.Array(_taxes.Select(LineItemObject.Tax));

    private void Add(JsonObject line)
    {
        _amount += line.Whole("amount");
        foreach (var off in line.Rows("discount_amounts"))
        {
            AddDiscount(off.Id("discount"), off.Whole("amount"));
        }

        foreach (var tax in line.Rows("taxes"))
        {
            AddTax(tax);
        }
    }

    private void AddDiscount(string discount, long amount)
    {
        var index = _discounts.FindIndex(off => off.Discount == discount);
        if (index < 0)
        {
            _discounts.Add((discount, amount));
        }
        else
        {
            _discounts[index] = (discount, _discounts[index].Amount + amount);
        }
    }

    private void AddTax(JsonObject tax)
    {
        var rate = tax["tax_rate_details"]!.AsObject().Id("tax_rate");
        var added = new TaxSpec(tax.Whole("amount"), tax.Whole("taxable_amount"), rate, tax.Text("tax_behavior") == "inclusive")
        {
            Reason = tax.Text("taxability_reason") ?? "not_available",
        };
        var index = _taxes.FindIndex(other => other.TaxRate == rate);
        if (index < 0)
        {
            _taxes.Add(added);
        }
        else
        {
            var old = _taxes[index];
            _taxes[index] = old with { Amount = old.Amount + added.Amount, TaxableAmount = old.TaxableAmount + added.TaxableAmount };
        }
    }
}
