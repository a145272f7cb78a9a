using System.Text.Json.Nodes;
using BillingCopilot.Billing;
using BillingCopilot.Governance.Operations;
using BillingCopilot.Plugins.Disputes;
using BillingCopilot.Plugins.Helpdesk;
using Shouldly;
using Stripe;
using UglyToad.PdfPig;
using Xunit;

namespace BillingCopilot.Unit.PluginsTests;

/// <summary>Answers to the world's disputes: what is handed in is what the card showed, and the PDF reads the same.</summary>
public sealed class DisputeAnswerTests : IAsyncLifetime
{
    private readonly SwappedWords _sold = new();
    private Lumen _lumen = null!;

    public async Task InitializeAsync() => _lumen = await Lumen.StartAsync(_sold);

    public Task DisposeAsync() => _lumen.DisposeAsync().AsTask();

    [Fact]
    public async Task Submit_HandsInFieldsAndAPdfThatReadsTheSame()
    {
        var planted = _lumen.Planted("disputes");
        var arguments = Of(planted);
        var preview = Ok(await Operation.PreviewAsync(arguments, Lumen.Tenant, default));
        preview.Changes[0].ShouldBe(new PreviewChange("Dispute", "needs_response", "under_review"));
        DateOnly.Parse(preview.Changes.Single(c => c.Field == "Our own deadline").After[..10]).ShouldBeLessThan(DateOnly.Parse(preview.Changes.Single(c => c.Field == "Bank's deadline").After));
        preview.Changes.Single(c => c.Field == "Contesting costs on top").After.ShouldStartWith("$15.00 more, given back if we win");
        preview.Changes.Single(c => c.Field == "Our win rate").After.ShouldStartWith("Not enough history: 2 contested");
        preview.Changes.Single(c => c.Field == "Evidence: customer email address").After.ShouldContain("***@");
        preview.Changes.Single(c => c.Field == "Evidence: billing address").After.ShouldBe("as on record (not shown)");

        var done = await ExecuteAsync(preview);
        await ExecuteAsync(preview);

        done.ShouldBeOfType<ExecutionResult.Executed>().ObjectId.ShouldBe((string)planted["dispute"]!);
        var dispute = await _lumen.Stripe.V1.Disputes.GetAsync((string)planted["dispute"]!);
        (dispute.Status, dispute.EvidenceDetails.SubmissionCount, dispute.Metadata["copilot_proposal"]).ShouldBe(("under_review", 1L, "prop_dispute"));
        dispute.Evidence.AccessActivityLog.ShouldBe(preview.Changes.Single(c => c.Field == "Evidence: access activity log").After);
        dispute.Evidence.AccessActivityLog.ShouldContain("after the charge");
        (await _lumen.EffectsAsync()).Select(e => (string)e!["effect"]!).ShouldBe(["file.created", "dispute.updated"]);
        var (pages, text) = Read(await FileAsync(dispute.Evidence.UncategorizedFileId));
        pages.ShouldBe(1);
        foreach (var said in new[] { (string)planted["amount_text"]!, (string)planted["customer_name"]!, (string)planted["charge"]!, dispute.Evidence.AccessActivityLog })
        {
            text.ShouldContain(Squeezed(said));
        }

        text.ShouldNotContain(Squeezed(dispute.Evidence.CustomerEmailAddress));
    }

    [Fact]
    public async Task Submit_WithTickets_HandsInTheCorrespondence_AndLeavesOutWhatSaysTheSame()
    {
        var planted = _lumen.Planted("disputes");
        var charge = await _lumen.Stripe.V1.Charges.GetAsync((string)planted["charge"]!);
        Write("N-71", "Invoice lines", "Could you explain the second line of the invoice? What is it made of? Write to eve@other.test.", 2);
        Write("N-75", "Hours", "When is the office open?", 2);
        Write("N-72", "Money back", "Please refund us, we want our money back.", 3);
        Write("N-73", "Long ago", "Could you explain the invoice?", -60);

        var preview = Ok(await Operation.PreviewAsync(Of(planted), Lumen.Tenant, default));
        var shown = preview.Changes.Single(c => c.Field == "Evidence: customer communication").After;
        (await ExecuteAsync(preview)).ShouldBeOfType<ExecutionResult.Executed>();

        shown.ShouldContain("N-71");
        var read = preview.Changes.Single(c => c.Field.StartsWith("The bank reads: N-71 of ", StringComparison.Ordinal)).After;
        read.ShouldBe("Invoice lines\nCould you explain the second line of the invoice? What is it made of? Write to [mail].");
        preview.Changes.Single(c => c.Field == "Contesting costs on top").After.ShouldEndWith("(by policy.yaml).");
        preview.Changes.Single(c => c.Field == "Read before deciding").After.ShouldContain("N-75");
        shown.ShouldContain("“Invoice lines”");
        shown.ShouldNotContain("N-72");
        preview.Changes.Where(c => c.Field == "Speaks for the cardholder").ShouldContain(c => c.After.Contains("refund request", StringComparison.Ordinal));
        var evidence = (await _lumen.Stripe.V1.Disputes.GetAsync((string)planted["dispute"]!)).Evidence;
        var (_, text) = Read(await FileAsync(evidence.CustomerCommunicationId));
        text.ShouldContain(Squeezed("Could you explain the second line of the invoice?"));
        text.ShouldContain(Squeezed(read[(read.IndexOf('\n', StringComparison.Ordinal) + 1)..]));
        text.ShouldContain(Squeezed("cut where it says [cut], redacted where it says [mail]"));
        text.ShouldNotContain("ascame");
        text.ShouldNotContain("eve@");
        text.ShouldNotContain(Squeezed("office open"));
        text.ShouldNotContain("moneyback");
        text.ShouldNotContain(Squeezed("explain the invoice"));
        evidence.UncategorizedFileId.ShouldNotBe(evidence.CustomerCommunicationId);
        (await _lumen.EffectsAsync()).Select(e => (string)e!["effect"]!).ShouldBe(["file.created", "file.created", "dispute.updated"]);

        Write("N-74", "Hours", "When is the office open?", 4);
        var changed = Ok(await Operation.PreviewAsync(Of(_lumen.Planted("disputes", 1)), Lumen.Tenant, default));
        changed.Changes.Select(c => c.Field).ShouldNotContain("Evidence: customer communication", "another customer's");

        void Write(string number, string subject, string body, int daysAfter) =>
            _lumen.Helpdesk.Add(new Ticket($"tkt_{number}", number, subject, body, "", "", charge.CustomerId), new DateTimeOffset(charge.Created, TimeSpan.Zero).AddDays(daysAfter));
    }

    [Fact]
    public async Task Submit_WhereVisasRuleIsMet_NamesTwoEarlierPaymentsOfTheSameBuyer()
    {
        var planted = _lumen.Planted("disputes", 5);
        var preview = Ok(await Operation.PreviewAsync(Of(planted), Lumen.Tenant, default));
        preview.Changes.Select(c => c.Field).ShouldContain("Visa Compelling Evidence 3.0");
        preview.Changes.Select(c => c.After).ShouldAllBe(shown => !shown.Contains("203.0.113."));

        (await ExecuteAsync(preview)).ShouldBeOfType<ExecutionResult.Executed>();

        var dispute = await _lumen.Stripe.V1.Disputes.GetAsync((string)planted["dispute"]!);
        dispute.EnhancedEligibilityTypes.ShouldBe(["visa_compelling_evidence_3"]);
        dispute.EvidenceDetails.EnhancedEligibility.VisaCompellingEvidence3.Status.ShouldBe("qualified");
        var visa = dispute.Evidence.EnhancedEvidence.VisaCompellingEvidence3;
        visa.DisputedTransaction.CustomerPurchaseIp.ShouldStartWith("203.0.113.");
        visa.PriorUndisputedTransactions.Count.ShouldBe(2);
        foreach (var prior in visa.PriorUndisputedTransactions)
        {
            var charge = await _lumen.Stripe.V1.Charges.GetAsync(prior.Charge);
            charge.Disputed.ShouldBeFalse();
            (dispute.Created - charge.Created).TotalDays.ShouldBeGreaterThan(120);
            prior.CustomerPurchaseIp.ShouldBe(visa.DisputedTransaction.CustomerPurchaseIp);
        }
    }

    [Fact]
    public async Task Submit_WhereAnEarlierPaymentIsMarkedAsFraud_DoesNotNameItToVisa()
    {
        var planted = _lumen.Planted("disputes", 5);
        var named = Ok(await Operation.PreviewAsync(Of(planted), Lumen.Tenant, default)).Declared["visa_payments"].Split(',');
        await _lumen.Stripe.V1.Charges.UpdateAsync(named[0], new ChargeUpdateOptions { FraudDetails = new() { UserReport = "fraudulent" } });

        var after = Ok(await Operation.PreviewAsync(Of(planted), Lumen.Tenant, default));

        (after.Declared.GetValueOrDefault("visa_payments") ?? "").ShouldNotContain(named[0]);
    }

    [Fact]
    public async Task Submit_WhereThePlanChanged_DescribesEachPaymentByItsOwnInvoice()
    {
        var planted = _lumen.Planted("disputes", 5);
        var stripe = _lumen.Stripe.V1;
        var charge = await stripe.Charges.GetAsync((string)planted["charge"]!);
        var subscription = (await stripe.Subscriptions.ListAsync(new SubscriptionListOptions { Customer = charge.CustomerId })).Data.Single();
        var prices = (await stripe.Prices.ListAsync(new PriceListOptions { Active = true, Currency = charge.Currency, Limit = 100, Expand = ["data.product"] })).Data;
        Price Selling(string product) => prices.First(p => p.Product.Name.Contains(product, StringComparison.Ordinal) && p.Recurring is { Interval: "month", UsageType: "licensed" });
        await stripe.Subscriptions.UpdateAsync(subscription.Id, new SubscriptionUpdateOptions
        {
            Items = [new SubscriptionItemOptions { Id = subscription.Items.Data[0].Id, Price = Selling("Lumen Business").Id }],
            ProrationBehavior = "none",
        });
        var earlier = Ok(await Operation.PreviewAsync(Of(planted), Lumen.Tenant, default)).Declared["visa_payments"].Split(',')[1];
        var intent = (await stripe.Charges.GetAsync(earlier)).PaymentIntentId;
        var paid = (await stripe.InvoicePayments.ListAsync(new InvoicePaymentListOptions { Payment = new() { Type = "payment_intent", PaymentIntent = intent } })).Data.Single();
        _sold.Swap($"/v1/invoices/{paid.InvoiceId}", Selling("Lumen Team").ProductId, Selling("Lumen Starter").ProductId);

        var preview = Ok(await Operation.PreviewAsync(Of(planted), Lumen.Tenant, default));
        (await ExecuteAsync(preview)).ShouldBeOfType<ExecutionResult.Executed>();

        var visa = (await stripe.Disputes.GetAsync((string)planted["dispute"]!)).Evidence.EnhancedEvidence.VisaCompellingEvidence3;
        visa.DisputedTransaction.ProductDescription.ShouldContain("Lumen Team");
        visa.PriorUndisputedTransactions.Select(p => p.ProductDescription.Contains("Lumen Starter", StringComparison.Ordinal)).ShouldBe([false, true]);
        visa.PriorUndisputedTransactions[0].ProductDescription.ShouldContain("Lumen Team");
        preview.Changes.Single(c => c.Field == "Earlier payment 2").After.ShouldEndWith(visa.PriorUndisputedTransactions[1].ProductDescription);
    }

    [Fact]
    public async Task Submit_TwoPreviews_AreBoundToTheSameBytes() =>
        Ok(await Operation.PreviewAsync(Of(_lumen.Planted("disputes", 1)), Lumen.Tenant, default)).Declared
            .ShouldBe(Ok(await Operation.PreviewAsync(Of(_lumen.Planted("disputes", 1)), Lumen.Tenant, default)).Declared);

    [Fact]
    public async Task Submit_UploadWhoseAnswerIsLost_IsRepeatedWithOneEffect()
    {
        var preview = Ok(await Operation.PreviewAsync(Of(_lumen.Planted("disputes")), Lumen.Tenant, default));
        await _lumen.FaultAsync("POST /v1/files", "cut_after");

        (await ExecuteAsync(preview)).ShouldBeOfType<ExecutionResult.Unknown>();
        (await Operation.ReconcileAsync(preview.Arguments, Lumen.Tenant, Lumen.Grant("prop_dispute", preview.Declared), default)).ShouldBeOfType<ExecutionResult.NotDone>();
        (await ExecuteAsync(preview)).ShouldBeOfType<ExecutionResult.Executed>();

        (await _lumen.EffectsAsync()).Select(e => (string)e!["effect"]!).ShouldBe(["file.created", "dispute.updated"]);
    }

    [Theory]
    [InlineData(2, "dispute_not_open")]
    [InlineData(3, "dispute_not_open")]
    public async Task Submit_OfADecidedDispute_IsRefused(int index, string code) =>
        (await Operation.PreviewAsync(Of(_lumen.Planted("disputes", index)), Lumen.Tenant, default))
            .ShouldBeOfType<Outcome<Preview<SubmitDisputeEvidenceArguments>>.Refused>().Refusal.Code.ShouldBe(code);

    [Fact]
    public async Task Accept_OfAnInquiry_IsRefused() =>
        (await _lumen.Get<AcceptDispute>().PreviewAsync(new AcceptDisputeArguments(ChargeOf(_lumen.Planted("disputes", 4))), Lumen.Tenant, default))
            .ShouldBeOfType<Outcome<Preview<AcceptDisputeArguments>>.Refused>().Refusal.Code.ShouldBe("inquiry");

    [Fact]
    public async Task Accept_LosesIt_AndSaysWhatStaysAway()
    {
        var planted = _lumen.Planted("disputes", 1);
        var arguments = new AcceptDisputeArguments(ChargeOf(planted));
        var operation = _lumen.Get<AcceptDispute>();
        var preview = Ok(await operation.PreviewAsync(arguments, Lumen.Tenant, default));
        preview.Changes.Single(c => c.Field == "Taken from our balance").AfterMinor.ShouldBe((long)planted["amount"]!);
        preview.Amount!.Value.AmountMinor.ShouldBe((long)planted["amount"]!);

        var done = await operation.ExecuteAsync(arguments, Lumen.Tenant, Lumen.Grant("prop_accept", preview.Declared), _lumen.Writers, default);

        done.ShouldBeOfType<ExecutionResult.Executed>();
        (await _lumen.Stripe.V1.Disputes.GetAsync((string)planted["dispute"]!)).Status.ShouldBe("lost");
    }

    private SubmitDisputeEvidence Operation => _lumen.Get<SubmitDisputeEvidence>();

    private static ObjectRef ChargeOf(JsonObject planted) => new(ObjectKind.Charge, (string)planted["charge"]!);

    private static SubmitDisputeEvidenceArguments Of(JsonObject planted) => new(ChargeOf(planted));

    private Task<ExecutionResult> ExecuteAsync(Preview<SubmitDisputeEvidenceArguments> preview) =>
        Operation.ExecuteAsync(preview.Arguments, Lumen.Tenant, Lumen.Grant("prop_dispute", preview.Declared), _lumen.Writers, default);

    private async Task<byte[]> FileAsync(string id)
    {
        using var http = new HttpClient { BaseAddress = _lumen.Address };
        return await http.GetByteArrayAsync(new Uri($"_sandbox/files/{id}", UriKind.Relative));
    }

    private static (int Pages, string Text) Read(byte[] pdf)
    {
        using var document = PdfDocument.Open(pdf);
        return (document.NumberOfPages, Squeezed(string.Concat(document.GetPages().Select(p => p.Text))));
    }

    private static string Squeezed(string text) => string.Concat(text.Where(c => !char.IsWhiteSpace(c)));

    private static Preview<T> Ok<T>(Outcome<Preview<T>> outcome)
        where T : class =>
        outcome is Outcome<Preview<T>>.Ok ok ? ok.Value : throw new ShouldAssertException(((Outcome<Preview<T>>.Refused)outcome).Refusal.ToString());

    /// <summary>One object as Stripe would give it had something else been sold.</summary>
    private sealed class SwappedWords : DelegatingHandler
    {
        private (string Path, string From, string To)? _swap;

        public void Swap(string path, string from, string to) => _swap = (path, from, to);

        protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            var answer = await base.SendAsync(request, cancellationToken);
            if (_swap is { } swap && request.RequestUri!.AbsolutePath == swap.Path)
            {
                var text = await answer.Content.ReadAsStringAsync(cancellationToken);
                answer.Content = new StringContent(text.Replace(swap.From, swap.To, StringComparison.Ordinal), null, "application/json");
            }

            return answer;
        }
    }
}
