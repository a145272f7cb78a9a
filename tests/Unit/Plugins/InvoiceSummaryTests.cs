using BillingCopilot.Billing;
using BillingCopilot.Governance.Operations;
using BillingCopilot.Plugins.Documents;
using BillingCopilot.Plugins.Invoices.Summaries;
using BillingCopilot.Plugins.StripeApi;
using MimeKit;
using Shouldly;
using Stripe;
using UglyToad.PdfPig;
using Xunit;

namespace BillingCopilot.Unit.PluginsTests;

/// <summary>An invoice in the customer's words: on the draft, by mail, as a PDF.</summary>
public sealed class InvoiceSummaryTests(SharedLumen shared) : IClassFixture<SharedLumen>
{
    private readonly Lumen _lumen = shared.Lumen;

    [Fact]
    public async Task Preview_OfAMail_SaysWhatChangedAndAddsUp()
    {
        var rise = _lumen.Planted("invoice_increases");
        var preview = await PreviewAsync(new SendInvoiceSummaryArguments(new ObjectRef(ObjectKind.Invoice, (string)rise["invoice"]!)));

        var text = preview.Changes.Single(c => c.Field == "Text").After;
        text.ShouldContain((string)rise["difference_text"]!);
        text.ShouldContain("- ");
        preview.Changes.Single(c => c.Field == "To").After.ShouldContain("***@");
        preview.Changes.Single(c => c.Field == "Attached").After.ShouldEndWith(".pdf");
    }

    [Fact]
    public async Task Execute_OfAMail_SendsOneWithAPdfThatReadsTheSame()
    {
        var invoice = new ObjectRef(ObjectKind.Invoice, (string)_lumen.Planted("invoice_increases", 1)["invoice"]!);
        var arguments = new SendInvoiceSummaryArguments(invoice);
        var preview = await PreviewAsync(arguments);
        var grant = Lumen.Grant("prop_summary", preview.Declared);
        var operation = _lumen.Get<SendInvoiceSummary>();

        var done = await operation.ExecuteAsync(arguments, Lumen.Tenant, grant, _lumen.Writers, default);
        await operation.ExecuteAsync(arguments, Lumen.Tenant, grant, _lumen.Writers, default);

        done.ShouldBeOfType<ExecutionResult.Executed>();
        var mail = await MimeMessage.LoadAsync(Directory.GetFiles(_lumen.Outbox, "prop_summary.eml").Single());
        mail.TextBody!.ReplaceLineEndings("\n").ShouldBe(preview.Changes.Single(c => c.Field == "Text").After);
        using var bytes = new MemoryStream();
        await ((MimePart)mail.Attachments.Single()).Content!.DecodeToAsync(bytes);
        var read = Read(bytes.ToArray());
        read.Pages.ShouldBe(1);
        foreach (var line in mail.TextBody!.Split('\n').Where(l => l.StartsWith("- ", StringComparison.Ordinal)))
        {
            read.Text.ShouldContain(Squeezed(line));
        }

        (await operation.PreviewAsync(arguments, Lumen.Tenant, default)).ShouldBeOfType<Outcome<Preview<SendInvoiceSummaryArguments>>.Refused>().Refusal.Code.ShouldBe("mailed_already");
    }

    /// <summary>Two currencies have no difference: the memo says the same as the letter, that they are two.</summary>
    [Fact]
    public async Task Paragraph_AfterAChangeOfCurrency_SaysSo()
    {
        var change = _lumen.Planted("currency_changes");
        var read = await InvoiceSummary.ReadAsync(_lumen.Get<StripeReaders>().For(Lumen.Tenant), Lumen.Tenant, (string)change["invoice"]!, default);

        read.TryGet(out var summary, out var refusal).ShouldBeTrue(refusal?.ToString());
        var said = summary!.Letter.Split('\n')[1];
        said.ShouldContain(((string)change["from_currency"]!).ToUpperInvariant());
        summary.Paragraph.ShouldContain(said);
        summary.Paragraph.Length.ShouldBeLessThanOrEqualTo(InvoiceSummary.MostParagraph);
    }

    [Theory]
    [InlineData("memo")]
    [InlineData("footer")]
    [InlineData("lines")]
    public async Task Execute_OnADraft_WritesWhatTheCardShowed(string place)
    {
        var draft = await DraftAsync();
        var arguments = new WriteInvoiceSummaryArguments(new ObjectRef(ObjectKind.Invoice, draft.Id), place);
        var operation = _lumen.Get<WriteInvoiceSummary>();
        var preview = Ok(await operation.PreviewAsync(arguments, Lumen.Tenant, default));

        var done = await operation.ExecuteAsync(arguments, Lumen.Tenant, Lumen.Grant($"prop_{place}", preview.Declared), _lumen.Writers, default);

        done.ShouldBeOfType<ExecutionResult.Executed>();
        var after = await Api.V1.Invoices.GetAsync(draft.Id);
        after.Metadata["copilot_proposal"].ShouldBe($"prop_{place}");
        var words = preview.Changes.Select(c => c.After).ToList();
        (place switch { "memo" => [after.Description], "footer" => [after.Footer], _ => after.Lines.Select(l => l.Description) }).ShouldBe(words);
        words.ShouldAllBe(w => w.Length <= 500 && w.Contains('$'));
        after.Total.ShouldBe(draft.Total);
        (await operation.ReconcileAsync(arguments, Lumen.Tenant, Lumen.Grant($"prop_{place}"), default)).ShouldBeOfType<ExecutionResult.Executed>();
    }

    [Fact]
    public async Task Execute_WhenSomebodyWroteThereMeanwhile_IsRefused()
    {
        var draft = await DraftAsync();
        var arguments = new WriteInvoiceSummaryArguments(new ObjectRef(ObjectKind.Invoice, draft.Id));
        var preview = Ok(await _lumen.Get<WriteInvoiceSummary>().PreviewAsync(arguments, Lumen.Tenant, default));
        await Api.V1.Invoices.UpdateAsync(draft.Id, new InvoiceUpdateOptions { Description = "As agreed on the phone" });

        var done = await _lumen.Get<WriteInvoiceSummary>().ExecuteAsync(arguments, Lumen.Tenant, Lumen.Grant("prop_moved", preview.Declared), _lumen.Writers, default);

        done.ShouldBeOfType<ExecutionResult.Failed>();
        (await Api.V1.Invoices.GetAsync(draft.Id)).Description.ShouldBe("As agreed on the phone");
    }

    [Theory]
    [InlineData(500, "")]
    [InlineData(501, " […cut: 501 characters in all]")]
    public async Task Preview_OfAnOldTextTooLongToShow_SaysThatItIsCut(int length, string sign)
    {
        var draft = await DraftAsync();
        await Api.V1.Invoices.UpdateAsync(draft.Id, new InvoiceUpdateOptions { Description = new string('x', length) });

        var preview = Ok(await _lumen.Get<WriteInvoiceSummary>().PreviewAsync(new WriteInvoiceSummaryArguments(new ObjectRef(ObjectKind.Invoice, draft.Id)), Lumen.Tenant, default));

        preview.Changes.ShouldHaveSingleItem().Before.ShouldBe(new string('x', 500) + sign);
    }

    [Fact]
    public async Task Preview_OfWhatCantBe_NamesTheRemedy()
    {
        var draft = new ObjectRef(ObjectKind.Invoice, (await DraftAsync()).Id);
        var sent = new ObjectRef(ObjectKind.Invoice, (string)_lumen.Planted("invoice_increases", 2)["invoice"]!);

        Code(await _lumen.Get<SendInvoiceSummary>().PreviewAsync(new SendInvoiceSummaryArguments(draft), Lumen.Tenant, default)).ShouldBe("invoice_not_final");
        Code(await _lumen.Get<WriteInvoiceSummary>().PreviewAsync(new WriteInvoiceSummaryArguments(sent), Lumen.Tenant, default)).ShouldBe("invoice_not_draft");
        Code(await _lumen.Get<WriteInvoiceSummary>().PreviewAsync(new WriteInvoiceSummaryArguments(draft, "margin"), Lumen.Tenant, default)).ShouldBe("unknown_place");
    }

    [Fact]
    public void Pdf_OfLongWords_KeepsEveryLetterAndReadsTheSameTwice()
    {
        PdfParagraph[] paragraphs = [.. Enumerable.Range(1, 60).Select(i => new PdfParagraph($"{i}: Überschuss von 1.234,50 € für “API calls” → {new string('w', 90)}"))];

        var read = Read(PdfText.Write("Rechnung", paragraphs));

        read.ShouldBe(Read(PdfText.Write("Rechnung", paragraphs)));
        read.Pages.ShouldBeGreaterThan(1);
        paragraphs.ShouldAllBe(p => read.Text.Contains(Squeezed(p.Text)));
        PdfText.CanWrite("請求書").ShouldBeTrue();
        PdfText.CanWrite("चालान").ShouldBeFalse("no font has these letters");
    }

    /// <summary>More letters than one font of a PDF holds, in both faces and in one line.</summary>
    [Fact]
    public void Pdf_OfAThousandJapaneseLetters_ReadsBack()
    {
        var kanji = string.Concat(Enumerable.Range(0x4E00, 3_000).Select(c => (char)c).Where(c => PdfText.CanWrite(c.ToString())).Take(1_000));
        var mixed = "株式会社 Žluťoučký & Søn（東京）: ¥12,345、2026年3月1日。";

        var file = PdfText.Write("ご請求の内訳", [new PdfParagraph(kanji), new PdfParagraph(mixed)]);
        var read = Read(file);

        read.Text.ShouldBe(Squeezed("ご請求の内訳" + kanji + mixed));
        file.ShouldBe(PdfText.Write("ご請求の内訳", [new PdfParagraph(kanji), new PdfParagraph(mixed)]));
        file.Length.ShouldBeLessThan(1_000_000, "only the letters that are used are in it");
    }

    [Fact]
    public void Pdf_OfJapanese_FillsItsLinesAndBeginsNoneWithAMarkThatCloses()
    {
        using var document = PdfDocument.Open(PdfText.Write("Title", [new PdfParagraph("- " + string.Concat(Enumerable.Repeat("あいうえお、かきくけこ。（さしす）", 20)))]));
        var lines = document.GetPage(1).Letters.GroupBy(l => Math.Round(l.StartBaseLine.Y)).OrderByDescending(g => g.Key).Skip(1).Select(g => (Text: string.Concat(g.Select(l => l.Value)), Right: g.Max(l => l.EndBaseLine.X))).ToList();
        lines.Count.ShouldBeGreaterThan(5);
        lines.ShouldAllBe(l => l.Right <= 540 && !"、。）".Contains(l.Text[0]));
        lines.SkipLast(1).ShouldAllBe(l => l.Right > 500);
    }

    [Theory]
    [InlineData(3, false)]
    [InlineData(400, true)]
    [InlineData(5000, true)]
    public void Note_OfAnyLength_IsOnePage_AndSaysHowManyItLeftOut(int lines, bool cut)
    {
        PdfParagraph[] paragraphs = [new("Invoice LUM-1 comes to $9.00."), .. Enumerable.Range(1, lines).Select(i => new PdfParagraph($"- {i}: Training room, 12 seats at $1.00", Item: true)), new("$9.00 is due.")];

        var read = Read(PdfText.WritePage("Your invoice", paragraphs, left => $"- and {left} more").ShouldNotBeNull());

        read.Pages.ShouldBe(1);
        read.Text.ShouldContain(Squeezed("$9.00 is due."));
        var shown = Enumerable.Range(1, lines).Count(i => read.Text.Contains($"-{i}:Training", StringComparison.Ordinal));
        read.Text.Contains($"-and{lines - shown}more", StringComparison.Ordinal).ShouldBe(cut);
        shown.ShouldBe(cut ? shown : lines);
        (cut ? shown : 20).ShouldBeInRange(20, 60, "a page is used");
    }

    [Fact]
    public void Note_ThatIsTooLongWithoutAnyItem_IsNone() =>
        PdfText.WritePage("Title", [.. Enumerable.Range(0, 200).Select(i => new PdfParagraph($"Line {i}"))], left => $"{left}").ShouldBeNull();

    [Fact]
    public async Task Execute_InJapanese_SendsAPdfOfOnePageThatReadsTheSame()
    {
        var planted = _lumen.Planted("invoice_increases", 3);
        await Api.V1.Customers.UpdateAsync((string)planted["customer"]!, new CustomerUpdateOptions { PreferredLocales = ["ja"] });
        var arguments = new SendInvoiceSummaryArguments(new ObjectRef(ObjectKind.Invoice, (string)planted["invoice"]!));
        var preview = await PreviewAsync(arguments);

        await _lumen.Get<SendInvoiceSummary>().ExecuteAsync(arguments, Lumen.Tenant, Lumen.Grant("prop_ja", preview.Declared), _lumen.Writers, default);

        preview.Changes.Single(c => c.Field == "Attached").After.ShouldEndWith(".pdf");
        var mail = await MimeMessage.LoadAsync(Directory.GetFiles(_lumen.Outbox, "prop_ja.eml").Single());
        using var bytes = new MemoryStream();
        await ((MimePart)mail.Attachments.Single()).Content!.DecodeToAsync(bytes);
        var read = Read(bytes.ToArray());
        read.Pages.ShouldBe(1);
        read.Text.ShouldContain("ご請求");
        foreach (var line in mail.TextBody!.Split('\n').Where(l => l.StartsWith("- ", StringComparison.Ordinal)))
        {
            read.Text.ShouldContain(Squeezed(line));
        }
    }

    [Fact]
    public async Task Preview_WithLettersOfNoFont_HasTheMailAndSaysThatThePdfCantBeWritten()
    {
        var sent = await Api.V1.Invoices.FinalizeInvoiceAsync((await DraftAsync("प्रशिक्षण")).Id);

        var preview = await PreviewAsync(new SendInvoiceSummaryArguments(new ObjectRef(ObjectKind.Invoice, sent.Id)));

        preview.Changes.Single(c => c.Field == "Attached").After.ShouldStartWith("nothing: the PDF's fonts have no letter for ");
    }

    private StripeClient Api => new(new StripeClientOptions { ApiKey = BillingCopilot.Sandbox.SandboxKeys.Admin, ApiBase = _lumen.Address.ToString().TrimEnd('/') });

    private async Task<Invoice> DraftAsync(string sold = "Onboarding")
    {
        var customer = await Api.V1.Customers.CreateAsync(new CustomerCreateOptions { Name = "Acme", Email = "billing@acme.test" });
        var product = await Api.V1.Products.CreateAsync(new ProductCreateOptions { Name = sold });
        foreach (var amount in new[] { 3000, 4500 })
        {
            var price = await Api.V1.Prices.CreateAsync(new PriceCreateOptions { Currency = "usd", UnitAmount = amount, Product = product.Id });
            await Api.V1.InvoiceItems.CreateAsync(new InvoiceItemCreateOptions { Customer = customer.Id, Description = $"{sold}: workshop of {amount}", Pricing = new InvoiceItemPricingOptions { Price = price.Id } });
        }

        return await Api.V1.Invoices.CreateAsync(new InvoiceCreateOptions { Customer = customer.Id, PendingInvoiceItemsBehavior = "include" });
    }

    private async Task<Preview<SendInvoiceSummaryArguments>> PreviewAsync(SendInvoiceSummaryArguments arguments) =>
        Ok(await _lumen.Get<SendInvoiceSummary>().PreviewAsync(arguments, Lumen.Tenant, default));

    private static T Ok<T>(Outcome<T> outcome) => outcome.ShouldBeOfType<Outcome<T>.Ok>().Value;

    private static string Code<T>(Outcome<T> outcome) => outcome.ShouldBeOfType<Outcome<T>.Refused>().Refusal.Code;

    private static (int Pages, string Text) Read(byte[] pdf)
    {
        using var document = PdfDocument.Open(pdf);
        return (document.NumberOfPages, Squeezed(string.Concat(document.GetPages().Select(p => p.Text))));
    }

    private static string Squeezed(string text) => string.Concat(text.Where(c => !char.IsWhiteSpace(c)));
}
