using System.Text.RegularExpressions;
using BillingCopilot.Flows.Support;
using Microsoft.Playwright;
using Shouldly;
using Xunit;

namespace BillingCopilot.Flows;

public sealed partial class ConsoleFlow
{
    private const string Variable = "BILLINGCOPILOT_TEST_CHROMIUM";

    /// <summary>Milliseconds; a loaded machine of two cores takes its time.</summary>
    private const float Patience = 90_000;

    [RequiresFact(Variable)]
    public async Task Console_AskProposeApprove_InABrowser()
    {
        await using var copilot = await Copilot.StartAsync();
        using var playwright = await Playwright.CreateAsync();
        await using var chromium = await LaunchAsync(playwright);
        var page = await OpenAsync(await chromium.NewContextAsync(new() { ViewportSize = new() { Width = 1400, Height = 900 } }));

        await SignInAsync(page, copilot, "Sam");
        await AskAsync(page, $"Why did {copilot.OpenRise["customer_name"]}'s last invoice go up?");
        await Assertions.Expect(page.GetByText("Receipts (").First).ToBeVisibleAsync();
        await AskAsync(page, "Yes, credit the difference");
        await Assertions.Expect(page.GetByText("AI-written reason").First).ToBeVisibleAsync();
        (await copilot.Sandbox.WritesAsync(CancellationToken.None)).ShouldBeEmpty();
        if (Environment.GetEnvironmentVariable("BILLINGCOPILOT_SCREENSHOT") is { Length: > 0 } path)
        {
            await Assertions.Expect(page.GetByRole(AriaRole.Button, new() { Name = "New conversation" })).ToBeVisibleAsync();
            await page.ScreenshotAsync(new() { Path = path });
        }

        await page.Context.ClearCookiesAsync();
        await SignInAsync(page, copilot, "Frank");
        await ApproveAsync(page);
        (await copilot.Sandbox.WritesAsync(CancellationToken.None)).Count.ShouldBe(1);
    }

    [RequiresFact(Variable)]
    public async Task Console_ReloadedAndSignedOutElsewhere_KeepsTheChatAndThenNothing()
    {
        await using var copilot = await Copilot.StartAsync();
        using var playwright = await Playwright.CreateAsync();
        await using var chromium = await LaunchAsync(playwright);
        var context = await chromium.NewContextAsync();
        var page = await OpenAsync(context);
        await SignInAsync(page, copilot, "Sam");
        await AskAsync(page, "How long after a payment can we refund it?");
        await Assertions.Expect(page.Locator(".bc-answer-foot")).ToBeVisibleAsync();
        var answer = await page.Locator(".bc-text").InnerTextAsync();

        await page.ReloadAsync();
        await Assertions.Expect(page.Locator("form[data-ready=true]")).ToBeVisibleAsync();
        (await page.Locator(".bc-text").InnerTextAsync()).ShouldBe(answer);

        // The same browser, another tab: its sign-out ends the first tab's page too.
        var other = await OpenAsync(context);
        await other.GotoAsync(copilot.Address.ToString());
        // The menu closes when the page becomes interactive: not opened before that.
        await Assertions.Expect(other.Locator("form[data-ready=true]")).ToBeVisibleAsync();
        await other.Locator("details.bc-menu > summary").ClickAsync();
        await other.GetByRole(AriaRole.Button, new() { Name = "Sign out" }).ClickAsync();
        await Assertions.Expect(page.GetByText("Who are you today?")).ToBeVisibleAsync();
        (await page.Locator(".bc-text").CountAsync()).ShouldBe(0);
    }

    private static Task<IBrowser> LaunchAsync(IPlaywright playwright)
    {
        Assertions.SetDefaultExpectTimeout(Patience);
        return playwright.Chromium.LaunchAsync(new()
        {
            ExecutablePath = Environment.GetEnvironmentVariable(Variable),
            Timeout = Patience,
            Args = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync"],
        });
    }

    private static async Task<IPage> OpenAsync(IBrowserContext context)
    {
        var page = await context.NewPageAsync();
        page.SetDefaultTimeout(Patience);
        page.SetDefaultNavigationTimeout(Patience);
        return page;
    }

    /// <summary>A click just after cards moved is ignored by the page: clicks until one was taken.</summary>
    private static async Task ApproveAsync(IPage page)
    {
        var executed = page.GetByRole(AriaRole.Button, new() { Name = "Executed 1" });
        for (var i = 0; i < 60 && !await executed.IsVisibleAsync(); i++)
        {
            var approve = page.GetByRole(AriaRole.Button, new() { NameRegex = ApproveButton() });
            try
            {
                await approve.First.ClickAsync(new() { Timeout = 3000 });
            }
            catch (TimeoutException)
            {
                // Taken already, or not there yet: look again.
            }

            await page.WaitForTimeoutAsync(500);
        }

        await Assertions.Expect(executed).ToBeVisibleAsync();
    }

    [GeneratedRegex("^Approve")]
    private static partial Regex ApproveButton();

    private static async Task SignInAsync(IPage page, Copilot copilot, string name)
    {
        await page.GotoAsync(copilot.Address.ToString());
        await page.GetByRole(AriaRole.Button, new() { Name = name }).First.ClickAsync();
        await Assertions.Expect(page.Locator("form[data-ready=true]")).ToBeVisibleAsync();
    }

    /// <summary>Waits until the page is connected and the last answer is whole: what is typed before is not taken.</summary>
    private static async Task AskAsync(IPage page, string text)
    {
        await Assertions.Expect(page.Locator("form[data-ready=true]")).ToBeVisibleAsync();
        await Assertions.Expect(page.GetByRole(AriaRole.Button, new() { Name = "Send", Exact = true })).ToBeVisibleAsync();
        await page.GetByRole(AriaRole.Textbox).First.FillAsync(text);
        await Assertions.Expect(page.GetByRole(AriaRole.Button, new() { Name = "Send", Exact = true })).ToBeEnabledAsync();
        await page.GetByRole(AriaRole.Textbox).First.PressAsync("Enter");
        await Assertions.Expect(page.Locator(".bc-question").Last).ToContainTextAsync(text);
    }
}
