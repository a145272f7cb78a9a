using System.Text.Json.Nodes;
using BillingCopilot.Sandbox.Objects;

namespace BillingCopilot.Sandbox.Worlds.Lumen;

/// <summary>One customer of the running world, with everything that was made for it.</summary>
internal sealed class CustomerRun
{
    public CustomerRun(Books books, CustomerScript script, SeededRandom random)
    {
        Books = books;
        Script = script;
        Random = random.Stream("events");
        Ids = new StripeIds(random.Stream("ids"), books.AccountId);
        Payments = new Payments(this);
        Extras = new Extras(this);
        Dispute = script.Dispute is { } dispute ? new DisputeRun(this, dispute) : null;
        TaxRate = books.Catalogue.TaxRate(script.Country);
        var created = script.Subscriptions[0].Start - Random.Between(120, 900);
        Id = Ids.Next("cus", created);
        PaymentMethod = script.BankDebit is { } debit ? NewDebit(random.Stream("card"), created, debit) : NewCard(random.Stream("card"), created, script.CardRanOut);
        Json = NewCustomer(created);
        books.Timeline.At(created, Register);
        books.Timeline.At(Calendar.NowUnix, Report);
        Subscriptions = [.. script.Subscriptions.Select((subscription, index) => new SubscriptionRun(this, subscription, index))];
        if (script.CreditAt is { } credit)
        {
            books.Timeline.At(credit, at => new ServiceCredit(this).Give(at));
        }
    }

    public Books Books { get; }

    public CustomerScript Script { get; }

    public SeededRandom Random { get; }

    public StripeIds Ids { get; }

    public string Id { get; }

    public JsonObject Json { get; }

    public JsonObject PaymentMethod { get; }

    /// <summary>A second card that works; null for most.</summary>
    public JsonObject? BackupCard { get; private set; }

    public JsonObject? TaxRate { get; }

    public Payments Payments { get; }

    public Extras Extras { get; }

    public DisputeRun? Dispute { get; }

    public IReadOnlyList<SubscriptionRun> Subscriptions { get; }

    /// <summary>In the order they were drafted.</summary>
    public List<InvoiceRun> Invoices { get; } = [];

    public InvoiceRun LastInvoice => Invoices[^1];


    /// <summary>How the card answers at an instant; null lets the charge through.</summary>
    public Decline? DeclineAt(long at) =>
        Script.CardTroubles.FirstOrDefault(trouble => trouble.From <= at && at < trouble.Until) is { } trouble
            ? Declines.Find(trouble.DeclineCode)
            : null;

    /// <summary>Changes the balance by minor units (negative is credit) and records why; 0 does nothing.</summary>
    public void MoveBalance(long at, long amount, string type, string? invoice, string? creditNote)
    {
        if (amount == 0)
        {
            return;
        }

        var ending = Json.Whole("balance") + amount;
        Json["balance"] = ending;
        var transaction = CustomerBalanceTransactionObject.Create(
            Ids.Next("cbtxn", at), at, Id, amount, Script.Currency, ending, type, null, invoice, creditNote);
        Books.Put(transaction);
    }

    private JsonObject NewCustomer(long created) => CustomerObject.Create(new CustomerSpec
    {
        Id = Id,
        Created = created,
        Name = Script.Name,
        Email = Script.Email,
        Description = Script.Description,
        Currency = Script.Currency,
        Address = Places.Address(Script.Country, Random.Stream("place")),
        InvoicePrefix = Ids.Characters(8).ToUpperInvariant(),
        DefaultPaymentMethod = PaymentMethod.Id(),
        Metadata = Script.Metadata,
    });

    private void Register(long at)
    {
        Books.Add(Ids, at, Json, "customer.created");
        Books.Add(Ids, at, PaymentMethod, "payment_method.attached");
        if (Script.BackupCard)
        {
            BackupCard = NewCard(Random.Stream("backup"), at, ranOut: false);
            Books.Add(Ids, at, BackupCard, "payment_method.attached");
            Books.PaymentBehaviours[BackupCard.Id()] = "ok";
        }

        if (DeclineAt(Calendar.NowUnix) is { } decline)
        {
            Books.PaymentBehaviours[PaymentMethod.Id()] = decline.DeclineCode;
        }
    }

    /// <summary>Writes down what was reported to the meter.</summary>
    private void Report(long at)
    {
        foreach (var subscription in Subscriptions)
        {
            subscription.Meter?.Write(this);
        }
    }

    private JsonObject NewDebit(SeededRandom random, long created, string type) => BankDebitObject.Create(
        Ids.Next("pm", created), created, type, random.Between(0, 9999).ToString("D4"), Script.Country, Ids.Characters(16), Id, Script.Name, Script.Email);

    private JsonObject NewCard(SeededRandom random, long created, bool ranOut)
    {
        var drawn = random.Pick<string>(["visa", "visa", "mastercard", "amex"]);
        var card = new CardSpec(
            Script.CardBrand ?? drawn,
            random.Between(0, 9999).ToString("D4"),
            ranOut ? random.Between(6, 9) : random.Between(1, 12),
            ranOut ? 2026 : random.Between(2027, 2031),
            Script.Country,
            random.Pick<string>(["credit", "credit", "debit"]),
            Ids.Characters(16));
        return PaymentMethodObject.Create(Ids.Next("pm", created), created, card, Id, Script.Name, Script.Email);
    }
}
