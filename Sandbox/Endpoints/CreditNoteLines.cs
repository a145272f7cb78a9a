using System.Globalization;
using System.Text.Json.Nodes;
using BillingCopilot.Sandbox.Http;
using BillingCopilot.Sandbox.Objects;
using BillingCopilot.Sandbox.State;

namespace BillingCopilot.Sandbox.Endpoints;

/// <summary>The lines of a credit note and the tax that goes back with them.</summary>
internal static class CreditNoteLines
{
    public static (List<JsonObject> Lines, List<TaxSpec> Taxes) Build(UnitOfWork unit, Args args, JsonObject invoice)
    {
        if (!args.Has("lines"))
        {
            var amount = args.Int("amount") ?? throw ApiError.Invalid(
                "You must pass either `amount`, `lines`, or `shipping_cost` when creating a credit note.", "amount", "parameter_missing");
            return ([CreditNoteObject.Line(unit.NewId("cnli"), Positive(amount, "amount"), "Credit")], []);
        }

        List<JsonObject> lines = [];
        List<TaxSpec> taxes = [];
        foreach (var (line, index) in args.Objects("lines").Select((l, i) => (l, i)))
        {
            var (built, tax) = line.Text("type") == "custom_line_item"
                ? (Custom(unit, line), [])
                : OfInvoice(unit, line, invoice, $"lines[{index}]");
            lines.Add(built);
            taxes.AddRange(tax);
        }

        return (lines, Merge(taxes));
    }

    private static JsonObject Custom(UnitOfWork unit, Args line)
    {
        var quantity = line.Int("quantity") ?? 1;
        var each = line.Int("unit_amount") ?? decimal.Parse(line.Text("unit_amount_decimal") ?? throw ApiError.Missing("lines[unit_amount]"), CultureInfo.InvariantCulture);
        var built = CreditNoteObject.Line(unit.NewId("cnli"), Prices.Round(each * quantity), line.Text("description"), quantity: quantity);
        built["unit_amount"] = line.Int("unit_amount");
        built["unit_amount_decimal"] = each.ToString(CultureInfo.InvariantCulture);
        return built;
    }

    private static (JsonObject Line, IReadOnlyList<TaxSpec> Taxes) OfInvoice(UnitOfWork unit, Args line, JsonObject invoice, string param)
    {
        var id = line.Required("invoice_line_item");
        var source = invoice.Rows("lines").FirstOrDefault(l => l.Id() == id)
            ?? throw ApiError.NotFound("invoice line item", id, $"{param}[invoice_line_item]", 400);
        var whole = source.Whole("amount");
        var amount = line.Int("amount") ?? (line.Int("quantity") is { } quantity && source.Whole("quantity") > 0
            ? Prices.Round((decimal)whole * quantity / source.Whole("quantity"))
            : whole);
        if (amount > whole)
        {
            throw ApiError.Invalid(
                $"The amount of the credit note line item ({MoneyText.Of(amount, invoice.Id("currency"))}) cannot exceed the amount of the invoice line item ({MoneyText.Of(whole, invoice.Id("currency"))}).",
                $"{param}[amount]");
        }

        var taxes = source.Rows("taxes").Select(t => Share(t, amount, whole)).ToList();
        var built = CreditNoteObject.Line(unit.NewId("cnli"), amount, source.Text("description"), id, line.Int("quantity") ?? source.Whole("quantity"), taxes);
        var discount = source.Rows("discount_amounts").Sum(d => d.Whole("amount"));
        built["discount_amount"] = whole == 0 ? 0 : Prices.Round((decimal)discount * amount / whole);
        return (built, [.. taxes.Where(t => !t.Inclusive)]);
    }

    private static TaxSpec Share(JsonObject tax, long amount, long whole)
    {
        long Part(string name) => whole == 0 ? 0 : Prices.Round((decimal)tax.Whole(name) * amount / whole);
        return new TaxSpec(Part("amount"), Part("taxable_amount"), tax.TextAt("tax_rate_details.tax_rate") ?? "", tax.Text("tax_behavior") == "inclusive");
    }

    private static List<TaxSpec> Merge(List<TaxSpec> taxes) =>
        [.. taxes.GroupBy(t => t.TaxRate).Select(g => new TaxSpec(g.Sum(t => t.Amount), g.Sum(t => t.TaxableAmount), g.Key))];

    private static long Positive(long amount, string param) =>
        amount > 0 ? amount : throw ApiError.Invalid("This value must be greater than or equal to 1.", param, "parameter_invalid_integer");
}
