using System.Text.Json.Nodes;
using BillingCopilot.Sandbox.Http;
using BillingCopilot.Sandbox.Objects;
using BillingCopilot.Sandbox.State;

namespace BillingCopilot.Sandbox.Endpoints;

/// <summary>Issues credit notes: first against what is still due, the rest given back.</summary>
internal static class CreditNotes
{
    public static JsonObject Issue(Call call)
    {
        var (unit, args) = (call.Unit, call.Args);
        var invoice = Creditable(call);
        var id = unit.NewId("cn");
        var (lines, taxes) = CreditNoteLines.Build(unit, args, invoice);
        var total = lines.Sum(l => l.Whole("amount") - l.Whole("discount_amount")) + taxes.Sum(t => t.Amount);
        CheckTotal(unit, args, invoice, total);
        var pre = invoice.Text("status") == "paid" ? 0 : Math.Min(total, invoice.Whole("amount_remaining"));
        var post = total - pre;
        CheckSplit(args, invoice, post);

        var refunds = Refunds(call, invoice);
        var credit = args.Int("credit_amount") ?? 0;
        var balance = credit == 0 ? null : CustomerBalance.Adjust(
            unit, unit.Find(invoice.Id("customer"))!, -credit, invoice.Id("currency"), "credit_note", null, invoice.Id(), id).Id();
        var note = CreditNoteObject.Create(new CreditNoteSpec
        {
            Id = id,
            Created = call.Now,
            Invoice = invoice,
            Number = Number(unit, invoice),
            Lines = lines,
            Taxes = taxes,
            PrePaymentAmount = pre,
            PostPaymentAmount = post,
            OutOfBandAmount = args.Int("out_of_band_amount"),
            CustomerBalanceTransaction = balance,
            Refunds = refunds,
            Reason = args.Text("reason"),
            Memo = args.Text("memo"),
        });
        note["metadata"] = Metadata.From(args);
        note["effective_at"] = args.Int("effective_at") ?? note.Whole("effective_at");
        unit.Put(note);
        unit.Raise("credit_note.created", id);
        Apply(unit, invoice, pre, post);
        return note;
    }

    public static void TakeBack(UnitOfWork unit, JsonObject note)
    {
        var invoice = unit.Edit(note.Id("invoice"));
        if (invoice.Text("status") != "open" || note.Whole("post_payment_amount") > 0)
        {
            throw ApiError.Invalid("You can only void a credit note on an open invoice.", null, "credit_note_not_voidable");
        }

        note["status"] = "void";
        note["voided_at"] = unit.Now;
        Apply(unit, invoice, -note.Whole("pre_payment_amount"), 0);
        unit.Raise("credit_note.voided", note.Id());
    }

    private static JsonObject Creditable(Call call)
    {
        var invoice = call.Unit.Edit(call.Refer("invoice", "invoice").Id());
        return invoice.Text("status") is "open" or "paid" or "uncollectible"
            ? invoice
            : throw ApiError.Invalid("Credit notes can only be created for finalized invoices that are not void.", "invoice", "invoice_not_editable");
    }

    private static void CheckTotal(UnitOfWork unit, Args args, JsonObject invoice, long total)
    {
        if (args.Int("amount") is { } amount && amount != total)
        {
            throw ApiError.Invalid("The sum of the credit note lines must equal the credit note amount.", "amount");
        }

        var credited = unit.Where("credit_note", "invoice", invoice.Id())
            .Where(n => n.Text("status") == "issued")
            .Sum(n => n.Whole("amount"));
        var left = invoice.Whole("total") - credited;
        if (total > left)
        {
            throw ApiError.Invalid(
                $"The credit note amount ({MoneyText.Of(total, invoice.Id("currency"))}) is greater than the remaining creditable amount on the invoice ({MoneyText.Of(left, invoice.Id("currency"))}).",
                args.Has("lines") ? "lines" : "amount");
        }
    }

    private static void CheckSplit(Args args, JsonObject invoice, long post)
    {
        var sum = (args.Int("credit_amount") ?? 0) + (args.Int("refund_amount") ?? 0) + (args.Int("out_of_band_amount") ?? 0)
            + args.Objects("refunds").Sum(r => r.Int("amount_refunded") ?? 0);
        if (sum != post)
        {
            var currency = invoice.Id("currency");
            throw ApiError.Invalid(
                $"The sum of credit amount, refund amount and out of band amount ({MoneyText.Of(sum, currency)}) must equal the post payment credit note amount ({MoneyText.Of(post, currency)}).");
        }
    }

    private static List<(string Refund, long Amount)> Refunds(Call call, JsonObject invoice)
    {
        List<(string, long)> refunds = [.. call.Args.Objects("refunds").Select(r => (r.Required("refund"), r.Int("amount_refunded") ?? 0))];
        if (refunds.FirstOrDefault(r => call.Unit.Find(r.Item1) is null).Item1 is { } unknown)
        {
            throw ApiError.NotFound("refund", unknown, "refunds[refund]", 400);
        }

        if (call.Args.Int("refund_amount") is { } amount && amount > 0)
        {
            refunds.Add((Refunding.Refund(call.Unit, PaidCharge(call.Unit, invoice), amount, null, null).Id(), amount));
        }

        return refunds;
    }

    private static JsonObject PaidCharge(UnitOfWork unit, JsonObject invoice)
    {
        var charge = unit.Where("invoice_payment", "invoice", invoice.Id())
            .Where(p => p.Text("status") == "paid")
            .Select(p => p.TextAt("payment.charge") ?? unit.Find(p.TextAt("payment.payment_intent") ?? "")?.Text("latest_charge"))
            .FirstOrDefault(c => c is not null);
        return charge is null
            ? throw ApiError.Invalid("This invoice has no charge to refund.", "refund_amount")
            : unit.Find(charge)!;
    }

    private static string Number(UnitOfWork unit, JsonObject invoice) =>
        $"{invoice.Text("number")}-CN-{unit.Where("credit_note", "invoice", invoice.Id()).Count() + 1:D2}";

    private static void Apply(UnitOfWork unit, JsonObject invoice, long pre, long post)
    {
        invoice["pre_payment_credit_notes_amount"] = invoice.Whole("pre_payment_credit_notes_amount") + pre;
        invoice["post_payment_credit_notes_amount"] = invoice.Whole("post_payment_credit_notes_amount") + post;
        if (pre == 0)
        {
            return;
        }

        invoice["amount_due"] = invoice.Whole("amount_due") - pre;
        invoice["amount_remaining"] = invoice.Whole("amount_remaining") - pre;
        if (invoice.Whole("amount_remaining") == 0)
        {
            Invoicing.MarkPaid(unit, invoice);
            return;
        }

        var (payment, intent) = Invoicing.Intent(unit, invoice);
        intent["amount"] = payment["amount_requested"]!.DeepClone();
    }
}
