using System.Text.RegularExpressions;
using BillingCopilot.Flows.Support;
using Microsoft.Playwright;
using Shouldly;
using Xunit;

namespace BillingCopilot.Flows;

public sealed partial class ConsoleFlow
{
    private const string Variable = "BILLINGCOPILOT_TEST_CHROMIUM";

    [RequiresFact(Variable)]
    public async Task Console_AskProposeApprove_InABrowser()
    {
        await using var copilot = await Copilot.StartAsync();
        using var playwright = await Playwright.CreateAsync();
        await using var chromium = await playwright.Chromium.LaunchAsync(new()
        {
            ExecutablePath = Environment.GetEnvironmentVariable(Variable),
            Args = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync"],
        });
        var page = await chromium.NewPageAsync(new() { ViewportSize = new() { Width = 1400, Height = 900 } });
        page.SetDefaultTimeout(30_000);
        Assertions.SetDefaultExpectTimeout(30_000);

        await SignInAsync(page, copilot, "Sam");
        await AskAsync(page, $"Why did {copilot.OpenRise["customer_name"]}'s last invoice go up?");
        await Assertions.Expect(page.GetByText("Receipts (").First).ToBeVisibleAsync();
        await AskAsync(page, "Yes, credit the difference");
        await Assertions.Expect(page.GetByText("AI-written reason").First).ToBeVisibleAsync();
        (await copilot.Sandbox.WritesAsync(CancellationToken.None)).ShouldBeEmpty();
        if (Environment.GetEnvironmentVariable("BILLINGCOPILOT_SCREENSHOT") is { Length: > 0 } path)
        {
            await page.ScreenshotAsync(new() { Path = path });
        }

        await page.Context.ClearCookiesAsync();
        await SignInAsync(page, copilot, "Frank");
        await ApproveAsync(page);
        (await copilot.Sandbox.WritesAsync(CancellationToken.None)).Count.ShouldBe(1);
    }

    /// <summary>The page ignores clicks before it is connected and just after cards moved: clicks again until it took one.</summary>
    private static async Task ApproveAsync(IPage page)
    {
        var executed = page.GetByRole(AriaRole.Button, new() { Name = "Executed 1" });
        for (var i = 0; i < 30 && !await executed.IsVisibleAsync(); i++)
        {
            var approve = page.GetByRole(AriaRole.Button, new() { NameRegex = ApproveButton() });
            if (await approve.CountAsync() > 0 && await approve.First.IsEnabledAsync())
            {
                await approve.First.ClickAsync();
            }

            await page.WaitForTimeoutAsync(1000);
        }

        await Assertions.Expect(executed).ToBeVisibleAsync();
    }

    [GeneratedRegex("^Approve")]
    private static partial Regex ApproveButton();

    private static async Task SignInAsync(IPage page, Copilot copilot, string name)
    {
        await page.GotoAsync(copilot.Address.ToString());
        await page.GetByRole(AriaRole.Button, new() { Name = name }).First.ClickAsync();
        await Assertions.Expect(page.GetByRole(AriaRole.Textbox).First).ToBeVisibleAsync();
    }

    private static async Task AskAsync(IPage page, string text)
    {
        var box = page.GetByRole(AriaRole.Textbox).First;
        var send = page.GetByRole(AriaRole.Button, new() { Name = "Send", Exact = true });
        for (var i = 0; i < 50 && await send.IsDisabledAsync(); i++)
        {
            // What is typed before the page is connected is lost with the first render.
            await box.FillAsync("");
            await box.PressSequentiallyAsync(text);
        }

        await box.PressAsync("Enter");
    }
}
