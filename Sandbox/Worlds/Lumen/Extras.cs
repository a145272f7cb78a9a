using System.Text.Json.Nodes;
using BillingCopilot.Sandbox.Objects;

namespace BillingCopilot.Sandbox.Worlds.Lumen;

/// <summary>Payments outside invoices, each of the amount of an invoice.</summary>
internal sealed class Extras(CustomerRun customer)
{
    /// <summary>What came of the script's extra charges.</summary>
    public List<(ExtraCharge Script, InvoiceRun Invoice, JsonObject Charge)> Made { get; } = [];

    public void AfterPayment(InvoiceRun invoice, long at)
    {
        var created = Calendar.Utc(invoice.Json.Whole("created"));
        Dispute(invoice.PaidBy!, created, at);
        foreach (var extra in customer.Script.ExtraCharges.Where(extra => extra.Year == created.Year && extra.Month == created.Month))
        {
            customer.Books.Timeline.At(at + extra.Delay, time => Make(extra, invoice, time));
        }
    }

    /// <summary>The bank of a customer takes the charge back some days later.</summary>
    private void Dispute(JsonObject charge, DateTimeOffset created, long at)
    {
        if (customer.Script.Dispute is { } script && script.Year == created.Year && script.Month == created.Month)
        {
            customer.Books.Timeline.At(at + customer.Random.Stream("dispute").Between(3, 6) * Calendar.Day, time => customer.Dispute!.Open(time, charge));
        }
    }

    private void Make(ExtraCharge extra, InvoiceRun invoice, long at)
    {
        var original = invoice.PaidBy!;
        var number = invoice.Json.Id("number");
        var intent = extra.Kind == ExtraKind.OneOff
            ? customer.Payments.NewIntent(at, original.Whole("amount"), original.Id("currency"), OneOffText(), OneOffMetadata())
            : customer.Payments.NewIntent(at, original.Whole("amount"), original.Id("currency"), original.Id("description"), new Dictionary<string, string> { ["invoice_number"] = number });
        var charge = customer.Payments.Charge(at, intent, null);
        Made.Add((extra, invoice, charge));
        if (extra.Kind == ExtraKind.RefundedDuplicate)
        {
            customer.Books.Timeline.At(at + (extra.RefundedAfter ?? customer.Random.Between(1, 3)) * Calendar.Day, time => customer.Payments.Refund(time, charge, "duplicate"));
        }
    }

    private string OneOffText() => customer.Random.Pick<string>(["Data export, one-off", "Additional training session", "Custom report, fixed price"]);

    private Dictionary<string, string> OneOffMetadata() => new() { ["order_ref"] = $"SO-{customer.Random.Between(20_000, 89_999)}" };
}
