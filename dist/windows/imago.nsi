; The setup program for Windows: for one user, without an administrator.
;
;   makensis -DVERSION=0.1.0 -DOUTFILE=imago-setup.exe imago.nsi
;
; dist/package.sh calls it in a folder with all the files named below. The uninstaller removes what was installed; labels, runs
; and settings stay (they are in %APPDATA%\imago).

Unicode true
SetCompressor /SOLID lzma
ManifestDPIAware true
RequestExecutionLevel user

!include "MUI2.nsh"
!include "FileFunc.nsh"
!include "LogicLib.nsh"

!define UNINSTALL "Software\Microsoft\Windows\CurrentVersion\Uninstall\Imago"
!define CLASSES "Software\Classes"

Name "Imago"
OutFile "${OUTFILE}"
InstallDir "$LOCALAPPDATA\Programs\Imago"
InstallDirRegKey HKCU "Software\Imago" "InstallDir"
BrandingText "Imago ${VERSION}"
VIProductVersion "${VERSION}.0"
VIAddVersionKey "ProductName" "Imago"
VIAddVersionKey "ProductVersion" "${VERSION}"
VIAddVersionKey "FileVersion" "${VERSION}"
VIAddVersionKey "FileDescription" "Imago Setup"
VIAddVersionKey "LegalCopyright" "The Imago developers; MIT or Apache 2.0"

!define MUI_ICON "imago.ico"
!define MUI_UNICON "imago.ico"
!define MUI_ABORTWARNING
!define MUI_FINISHPAGE_RUN "$INSTDIR\imago.exe"

!insertmacro MUI_PAGE_WELCOME
!insertmacro MUI_PAGE_DIRECTORY
!insertmacro MUI_PAGE_INSTFILES
!insertmacro MUI_PAGE_FINISH
!insertmacro MUI_UNPAGE_CONFIRM
!insertmacro MUI_UNPAGE_INSTFILES
!insertmacro MUI_LANGUAGE "English"
!insertmacro MUI_LANGUAGE "SimpChinese"

LangString OPEN_WITH ${LANG_ENGLISH} "Open with Imago"
LangString OPEN_WITH ${LANG_SIMPCHINESE} "用 Imago 打开"
LangString MODEL ${LANG_ENGLISH} "Trained model"
LangString MODEL ${LANG_SIMPCHINESE} "训练好的模型"
LangString COMMAND_LINE ${LANG_ENGLISH} "Imago command line"
LangString COMMAND_LINE ${LANG_SIMPCHINESE} "Imago 命令行"
LangString IN_USE ${LANG_ENGLISH} "Imago is running. Please close it and try again."
LangString IN_USE ${LANG_SIMPCHINESE} "Imago 正在运行。请关闭它后重试。"

; A program that runs can't be replaced or removed: say so before anything is touched.
!macro STOP_IF_RUNNING
  ${If} ${FileExists} "$INSTDIR\imago.exe"
    ClearErrors
    FileOpen $0 "$INSTDIR\imago.exe" a
    ${If} ${Errors}
      MessageBox MB_OK|MB_ICONEXCLAMATION "$(IN_USE)" /SD IDOK
      Abort "$(IN_USE)"
    ${EndIf}
    FileClose $0
  ${EndIf}
!macroend

Section
  SetShellVarContext current
  !insertmacro STOP_IF_RUNNING
  SetOutPath "$INSTDIR"
  File "imago.exe"
  File "imago.ico"
  File "LICENSE-MIT"
  File "LICENSE-APACHE"
  File "CHANGELOG.md"
  File "Inter-OFL.txt"
  File "Noto-OFL.txt"
  File "third-party-licences.txt"
  WriteUninstaller "$INSTDIR\uninstall.exe"
  WriteRegStr HKCU "Software\Imago" "InstallDir" "$INSTDIR"

  ; The start menu: the window, and a prompt in which `imago` is found. PATH is not touched: NSIS would cut a long one off.
  CreateDirectory "$SMPROGRAMS\Imago"
  CreateShortcut "$SMPROGRAMS\Imago\Imago.lnk" "$INSTDIR\imago.exe"
  SetOutPath "$PROFILE"
  CreateShortcut "$SMPROGRAMS\Imago\$(COMMAND_LINE).lnk" "$SYSDIR\cmd.exe" '/k set "PATH=$INSTDIR;%PATH%"' "$INSTDIR\imago.ico"
  SetOutPath "$INSTDIR"

  ; `imago` in the Run dialog and after `start`.
  WriteRegStr HKCU "Software\Microsoft\Windows\CurrentVersion\App Paths\imago.exe" "" "$INSTDIR\imago.exe"

  ; "Open with" for models, an entry in the menu of folders. Neither becomes the default.
  WriteRegStr HKCU "${CLASSES}\Imago.Model" "" "$(MODEL)"
  WriteRegStr HKCU "${CLASSES}\Imago.Model\DefaultIcon" "" "$INSTDIR\imago.ico"
  WriteRegStr HKCU "${CLASSES}\Imago.Model\shell\open\command" "" '"$INSTDIR\imago.exe" "%1"'
  WriteRegStr HKCU "${CLASSES}\.safetensors\OpenWithProgids" "Imago.Model" ""
  WriteRegStr HKCU "${CLASSES}\Directory\shell\Imago" "" "$(OPEN_WITH)"
  WriteRegStr HKCU "${CLASSES}\Directory\shell\Imago" "Icon" "$INSTDIR\imago.ico"
  WriteRegStr HKCU "${CLASSES}\Directory\shell\Imago\command" "" '"$INSTDIR\imago.exe" "%V"'
  System::Call 'shell32::SHChangeNotify(i 0x08000000, i 0, p 0, p 0)'

  WriteRegStr HKCU "${UNINSTALL}" "DisplayName" "Imago"
  WriteRegStr HKCU "${UNINSTALL}" "DisplayVersion" "${VERSION}"
  WriteRegStr HKCU "${UNINSTALL}" "DisplayIcon" "$INSTDIR\imago.ico"
  WriteRegStr HKCU "${UNINSTALL}" "Publisher" "The Imago developers"
  WriteRegStr HKCU "${UNINSTALL}" "InstallLocation" "$INSTDIR"
  WriteRegStr HKCU "${UNINSTALL}" "UninstallString" '"$INSTDIR\uninstall.exe"'
  WriteRegStr HKCU "${UNINSTALL}" "QuietUninstallString" '"$INSTDIR\uninstall.exe" /S'
  WriteRegDWORD HKCU "${UNINSTALL}" "NoModify" 1
  WriteRegDWORD HKCU "${UNINSTALL}" "NoRepair" 1
  ${GetSize} "$INSTDIR" "/S=0K" $0 $1 $2
  WriteRegDWORD HKCU "${UNINSTALL}" "EstimatedSize" "$0"
SectionEnd

Section "Uninstall"
  SetShellVarContext current
  !insertmacro STOP_IF_RUNNING
  Delete "$INSTDIR\imago.exe"
  Delete "$INSTDIR\imago.ico"
  Delete "$INSTDIR\LICENSE-MIT"
  Delete "$INSTDIR\LICENSE-APACHE"
  Delete "$INSTDIR\CHANGELOG.md"
  Delete "$INSTDIR\Inter-OFL.txt"
  Delete "$INSTDIR\Noto-OFL.txt"
  Delete "$INSTDIR\third-party-licences.txt"
  Delete "$INSTDIR\uninstall.exe"
  ; Only if nothing else is in it.
  RMDir "$INSTDIR"
  Delete "$SMPROGRAMS\Imago\Imago.lnk"
  ; In whichever language it was made.
  Delete "$SMPROGRAMS\Imago\Imago*.lnk"
  RMDir "$SMPROGRAMS\Imago"
  DeleteRegKey HKCU "Software\Microsoft\Windows\CurrentVersion\App Paths\imago.exe"
  DeleteRegKey HKCU "${CLASSES}\Imago.Model"
  DeleteRegValue HKCU "${CLASSES}\.safetensors\OpenWithProgids" "Imago.Model"
  DeleteRegKey HKCU "${CLASSES}\Directory\shell\Imago"
  DeleteRegKey HKCU "${UNINSTALL}"
  DeleteRegKey HKCU "Software\Imago"
  System::Call 'shell32::SHChangeNotify(i 0x08000000, i 0, p 0, p 0)'
SectionEnd
